// Libraries of JavaScript: node javascript.mjs <what> <the letter as JSON>, writes a.pdf.
import { createWriteStream, writeFileSync } from "node:fs";
import { finished } from "node:stream/promises";

const [what, told] = process.argv.slice(2);
const { title, lines, link, rows } = JSON.parse(told);

async function pdfLib() {
  const { PDFDocument } = await import("pdf-lib");
  const pdf = await PDFDocument.create();
  pdf.setTitle(title);
  const page = pdf.addPage([595, 842]);
  lines.forEach((line, n) => page.drawText(line, { x: 50, y: 780 - 20 * n, size: 11 }));
  if (what === "pdf-lib-form") {
    const form = pdf.getForm();
    form.createTextField("nama").addToPage(page, { x: 50, y: 600 });
    form.createCheckBox("setuju").addToPage(page, { x: 50, y: 500 });
  }
  writeFileSync("a.pdf", await pdf.save({ useObjectStreams: what !== "pdf-lib-no-object-streams" }));
}

async function pdfkit() {
  const { default: PDFDocument } = await import("pdfkit");
  const options = {
    "pdfkit-1.3": { pdfVersion: "1.3", compress: false },
    "pdfkit-encrypted": { ownerPassword: "pemilik", pdfVersion: "1.7ext3" },
    "pdfkit-tagged": { tagged: true, pdfVersion: "1.5", lang: "id" },
  };
  const pdf = new PDFDocument(options[what] ?? {});
  const out = pdf.pipe(createWriteStream("a.pdf"));
  if (what === "pdfkit-form") {
    pdf.font("Helvetica").initForm();
    pdf.formText("nama", 50, 300, 200, 20);
    pdf.formText("gaji", 50, 340, 200, 20, { format: { type: "number", nDec: 2, sepComma: true } });
    pdf.formText("tanggal", 50, 380, 200, 20, { format: { type: "date", param: "dd/mm/yyyy" } });
  }
  lines.forEach((line) => pdf.text(line));
  pdf.text("Laman", { link });
  pdf.end();
  await finished(out);
}

async function jspdf() {
  const { jsPDF } = await import("jspdf");
  const options = {
    "jspdf-compressed": { compress: true },
    "jspdf-encrypted": { encryption: { userPassword: "", ownerPassword: "pemilik", userPermissions: ["print"] } },
  };
  const pdf = new jsPDF(options[what] ?? {});
  pdf.setFontSize(11);
  lines.forEach((line, n) => pdf.text(line, 10, 20 + 8 * n));
  pdf.textWithLink("Laman", 10, 100, { url: link });
  if (what === "jspdf-form") {
    const field = new pdf.AcroForm.TextField();
    field.fieldName = "nama";
    field.Rect = [10, 120, 80, 10];
    pdf.addField(field);
  }
  writeFileSync("a.pdf", Buffer.from(pdf.output("arraybuffer")));
}

async function pdfmake() {
  const { default: PdfPrinter } = await import("pdfmake/js/Printer.js").catch(() => import("pdfmake"));
  const Printer = PdfPrinter.default ?? PdfPrinter;
  const printer = new Printer({ Helvetica: { normal: "Helvetica", bold: "Helvetica-Bold" } }, undefined, {
    resolve() {}, async resolved() {},
  });
  const pdf = await printer.createPdfKitDocument({
    defaultStyle: { font: "Helvetica" },
    content: [...lines, { table: { body: rows } }, { text: "Laman", link }],
  });
  const out = pdf.pipe(createWriteStream("a.pdf"));
  pdf.end();
  await finished(out);
}

async function reactPdf() {
  const { default: React } = await import("react");
  const { Document, Page, Text, Link, renderToFile } = await import("@react-pdf/renderer");
  const e = React.createElement;
  const page = e(Page, { size: "A4" }, ...lines.map((line, n) => e(Text, { key: n }, line)), e(Link, { key: "l", src: link }, "Laman"));
  await renderToFile(e(Document, { title }, page), "a.pdf");
}

async function muhammara() {
  const { default: engine } = await import("muhammara");
  const writer = engine.createWriter("a.pdf");
  const page = writer.createPage(0, 0, 595, 842);
  writer.startPageContentContext(page).q().rg(0, 0, 1).re(50, 700, 200, 50).f().Q();
  writer.writePage(page).end();
}

async function pdfmeJs() {
  const { generate } = await import("@pdfme/generator");
  const { BLANK_A4_PDF } = await import("@pdfme/common");
  const field = { name: "a", type: "text", position: { x: 20, y: 20 }, width: 150, height: 20, content: title };
  const template = { basePdf: BLANK_A4_PDF ?? { width: 210, height: 297, padding: [0, 0, 0, 0] }, schemas: [[field]] };
  writeFileSync("a.pdf", await generate({ template, inputs: [{ a: title }] }));
}

const makers = { "pdf-lib": pdfLib, pdfkit, jspdf, pdfmake, "react-pdf": reactPdf, muhammara, "pdfme-js": pdfmeJs };
await Object.entries(makers).find(([name]) => what.startsWith(name))[1]();
