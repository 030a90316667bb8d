"""What the pages say: Indonesian first, English second."""

from chassis.http.languages import page_language

_TEXTS = {
    "account": ("Akun Anda", "Your account"),
    "account_intro": ("Masuk sebagai {name}", "Signed in as {name}"),
    "again": ("Ulangi kata sandi baru", "New password again"),
    "authenticator": ("Autentikator", "Authenticator"),
    "back_to_sign_in": ("Kembali ke halaman masuk", "Back to sign-in"),
    "change_password": ("Ganti kata sandi", "Change password"),
    "codes_kept": ("Saya sudah menyimpannya", "I have kept them"),
    "codes_intro": (
        "Simpan kode pemulihan ini di tempat aman. Tiap kode berlaku sekali, "
        "bila ponsel Anda hilang. Kode tidak akan ditampilkan lagi.",
        "Keep these recovery codes in a safe place. Each works once, for when your phone is "
        "lost. They will not be shown again.",
    ),
    "codes_left": ("Kode pemulihan tersisa: {count}.", "Recovery codes left: {count}."),
    "codes_title": ("Kode pemulihan", "Recovery codes"),
    "enrol_intro": (
        "Kode kedua saat masuk melindungi akun Anda; sebagian peran wajib memakainya. Pindai "
        "gambar ini dengan aplikasi autentikator di ponsel, lalu ketik 6 angka yang tampil.",
        "A second code at sign-in protects your account; some roles must use it. Scan this "
        "picture with an authenticator app on your phone, then type the 6 digits it shows.",
    ),
    "enrol_secret": ("Tidak dapat memindai? Ketik kunci ini:", "Cannot scan? Type this key:"),
    "enrol_title": ("Pasang autentikator", "Set up an authenticator"),
    "error_title": ("Tidak dapat dilanjutkan", "This cannot go on"),
    "forgot": (
        "Lupa kata sandi? Hubungi pengelola kepegawaian perangkat daerah Anda.",
        "Forgot your password? Ask the staff officer of your agency.",
    ),
    "link_intro": (
        "Tautan ini berlaku sekali. Buat kata sandi baru untuk akun Anda.",
        "This link works once. Choose a new password for your account.",
    ),
    "link_used": (
        "Kata sandi tersimpan. Silakan masuk dengan kata sandi baru.",
        "The password is saved. Please sign in with it.",
    ),
    "new_password": ("Kata sandi baru", "New password"),
    "nip": ("NIP / NI PPPK", "NIP / NI PPPK"),
    "nip_hint": (
        "18 angka, boleh dengan spasi atau tanda baca",
        "18 digits, spaces and marks allowed",
    ),
    "oauth_request_wrong": (
        "Permintaan masuk dari aplikasi ini tidak benar. Buka kembali aplikasinya; bila tetap "
        "gagal, beri tahu pengelola aplikasi.",
        "The sign-in request of this application is wrong. Open the application again; if it "
        "still fails, tell whoever runs it.",
    ),
    "old_password": ("Kata sandi lama", "Old password"),
    "password": ("Kata sandi", "Password"),
    "password_owed": (
        "Sebelum melanjutkan, buat kata sandi Anda sendiri.",
        "Before you go on, choose a password of your own.",
    ),
    "password_rules": (
        "Paling sedikit 12 karakter. Beberapa kata yang tidak berhubungan mudah diingat dan "
        "sulit ditebak.",
        "At least 12 characters. A few unrelated words are easy to remember and hard to guess.",
    ),
    "password_saved": ("Kata sandi sudah diganti.", "The password was changed."),
    "passwords_differ": ("Kedua kata sandi tidak sama.", "The two passwords differ."),
    "recovery": ("Kode pemulihan", "Recovery code"),
    "recovery_intro": (
        "Ketik salah satu kode pemulihan yang Anda simpan.",
        "Type one of the recovery codes you kept.",
    ),
    "recovery_link": ("Ponsel hilang? Gunakan kode pemulihan", "Lost your phone? Recovery code"),
    "region": ("Daerah", "Region"),
    "save": ("Simpan", "Save"),
    "sign_in": ("Masuk", "Sign in"),
    "sign_out": ("Keluar", "Sign out"),
    "sign_out_question": ("Keluar dari Simpul?", "Sign out of Simpul?"),
    "signed_out": ("Anda sudah keluar.", "You are signed out."),
    "start_again": ("Mulai dari awal", "Start again"),
    "continue": ("Lanjutkan", "Continue"),
    "totp": ("Kode autentikator", "Authenticator code"),
    "totp_enrolled": ("Autentikator terpasang.", "An authenticator is set up."),
    "totp_intro": (
        "Ketik kode 6 angka dari aplikasi autentikator di ponsel Anda.",
        "Type the 6 digits your authenticator app shows.",
    ),
    "totp_wrong": (
        "Kode tidak cocok atau sudah dipakai. Tunggu kode berikutnya.",
        "The code does not match or was used before. Wait for the next one.",
    ),
    "unavailable": (
        "Sistem sedang tidak dapat dihubungi. Silakan coba lagi sebentar.",
        "The system cannot be reached right now. Please try again soon.",
    ),
    "tagline": ("Layanan kepegawaian daerah", "Staff services of the region"),
}


def say(key: str, **params: object) -> str:
    """Return a text in the reader's language."""
    indonesian, english = _TEXTS[key]
    return (indonesian if page_language() == "id" else english).format_map(params)
