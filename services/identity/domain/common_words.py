"""Words that passwords of Indonesian officials are built from; our own short list, lower case."""

COMMON_WORDS = frozenset(
    """
    admin administrator aman amanah anak anakku asn aparatur apaya asdfgh asdfghjkl ayah bahagia
    bangsa bapak bapakibu bebas berkah bersama bismillah bkd bkn bkpsdm cantik cerdas cinta
    cintaku dinas doa dragon email guru hallo hebat hello honda ibu ibuku iloveyou indo indonesia
    indonesiaraya ingat internet jakarta jawa jaya juara kabupaten kantor kantorku kata katasandi
    kecamatan keluarga keluargaku kepala kepegawaian kerja ketua kota letmein liverpool login
    mahasiswa manchester master masuk matahari melati merahputih merdeka minggu monkey nasional
    nama namaku negara negeri nusantara pancasila pass passwd password passwordku pegawai
    pegawainegeri pelayanan pemda pemerintah pemkab pemkot pns polisi presiden putih qazwsx qwerty
    qwertyui qwertyuiop qwert rahasia rahasiaku rahasianegara ramadhan root samarinda sandi satu
    sayang sayangku sayangmama secret sehat sejahtera selamat selamatpagi semangat semoga senin
    sipil sukses superman surabaya tahun tanpa terimakasih test testing tidakada tidaktahu toyota
    unggul user welcome yamaha zxcvbn zxcvbnm
    """.split()  # noqa: SIM905 - a list of words reads as prose
)
