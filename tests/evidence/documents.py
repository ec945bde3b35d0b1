"""Small but valid documents: text, docx, xlsx, pdf, jpg. Same seed, same bytes.

Sources: ECMA-376 (OOXML parts), ISO 32000-1 (PDF), ITU-T T.81 annex K (JPEG tables).
"""
import io
import random
import struct
import zipfile

WORDS = ("gemeente burger aanvraag dossier raad besluit loket attest bijlage termijn kosten uitgave begroting "
         "personeel dienst schepen secretaris vergadering verslag omgeving vergunning straat school bibliotheek "
         "factuur leverancier krediet subsidie steun woning inschrijving identiteit document kopie datum").split()
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def sentences(seed, count):
    rng = random.Random(seed)
    return [" ".join(rng.choice(WORDS) for _ in range(rng.randint(6, 14))).capitalize() + "."
            for _ in range(count)]


def text(seed, count=40):
    return "\r\n".join(sentences(seed, count)).encode() + b"\r\n"


def package(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in parts:
            entry = zipfile.ZipInfo(name, (2021, 3, 1, 9, 0, 0))
            entry.create_system = 0
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def office(main, kind, body, more=()):
    types = ('<Types xmlns="%s"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.'
             'relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
             '<Override PartName="/%s" ContentType="%s"/>%s</Types>')
    extra = "".join('<Override PartName="/%s" ContentType="%s"/>' % (name, own) for name, own, _ in more)
    relation = '<Relationships xmlns="%s"><Relationship Id="rId1" Type="%s" Target="%s"/></Relationships>'
    parts = [("[Content_Types].xml", DECLARATION + types % (TYPES, main, kind, extra)),
             ("_rels/.rels", DECLARATION + relation % (RELATIONS, OFFICE, main)), (main, DECLARATION + body)]
    return parts + [(name, DECLARATION + content) for name, _, content in more]


def picture_part(seed):
    """Something that does not compress, so that documents differ in size."""
    rng = random.Random("picture %s" % seed)
    return "word/media/image1.bin", rng.randbytes(rng.randrange(500, 30_000))


def docx(seed):
    paragraphs = "".join("<w:p><w:r><w:t>%s</w:t></w:r></w:p>" % line for line in sentences(seed, 30))
    body = ('<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>%s'
            '</w:body></w:document>' % paragraphs)
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return package(office("word/document.xml", kind, body) + [picture_part(seed)])


def xlsx(seed):
    rng = random.Random(seed)
    rows = "".join('<row r="%d">%s</row>' % (r, "".join('<c r="%s%d"><v>%d</v></c>' % (c, r, rng.randrange(10**6))
                                                         for c in "ABCDEFGH")) for r in range(1, 120))
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    sheet = "<worksheet %s><sheetData>%s</sheetData></worksheet>" % (space, rows)
    book = ('<workbook %s xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>'
            '<sheet name="Blad1" sheetId="1" r:id="rId1"/></sheets></workbook>' % space)
    base = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    links = ('<Relationships xmlns="%s"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/'
             'officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>' % RELATIONS)
    return package(office("xl/workbook.xml", base + "sheet.main+xml", book, [
        ("xl/worksheets/sheet1.xml", base + "worksheet+xml", sheet)]) + [("xl/_rels/workbook.xml.rels", DECLARATION + links)])


def pdf(seed, padding=0):
    lines = sentences(seed, 40)
    page = "BT /F1 10 Tf 40 800 Td 14 TL\n%s\nET" % "\n".join("(%s) Tj T*" % line for line in lines)
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
               b"<</Length %d>>\nstream\n%s\nendstream" % (len(page), page.encode()),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    if padding:
        scan = random.Random("scan %s" % seed).randbytes(padding)
        objects.append(b"<</Length %d>>\nstream\n%s\nendstream" % (padding, scan))
    out, places = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for n, body in enumerate(objects):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n + 1, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


DC_COUNTS = bytes((0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0))
DC_VALUES = bytes(range(12))
AC_COUNTS = bytes((0, 1) + (0,) * 14)
AC_VALUES = b"\0"                 # the one AC code: end of block


def dc_codes():
    codes, code, at = {}, 0, 0
    for bits, count in enumerate(DC_COUNTS, 1):
        for _ in range(count):
            codes[DC_VALUES[at]] = (code, bits)
            code, at = code + 1, at + 1
        code <<= 1
    return codes


def jpg(seed, side=64):
    """A grey picture of side x side blocks, each of one brightness: only DC coefficients."""
    rng, codes, bits, last = random.Random(seed), dc_codes(), [], 0
    level = 0
    for _ in range(side * side):
        level = max(-60, min(60, level + rng.randint(-9, 9)))
        change, last = level - last, level
        size = abs(change).bit_length()
        code, width = codes[size]
        bits.append(format(code, "0%db" % width))
        if size:
            bits.append(format(change if change > 0 else change + (1 << size) - 1, "0%db" % size))
        bits.append("00")
    joined = "".join(bits)
    joined += "1" * (-len(joined) % 8)
    scan = int(joined, 2).to_bytes(len(joined) // 8, "big").replace(b"\xff", b"\xff\0")

    def segment(mark, body):
        return struct.pack(">BBH", 0xFF, mark, len(body) + 2) + body

    return (b"\xff\xd8" + segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0") + segment(0xDB, b"\0" + b"\x10" * 64)
            + segment(0xC0, struct.pack(">BHHBBBB", 8, side * 8, side * 8, 1, 1, 0x11, 0))
            + segment(0xC4, b"\0" + DC_COUNTS + DC_VALUES) + segment(0xC4, b"\x10" + AC_COUNTS + AC_VALUES)
            + segment(0xDA, b"\1\1\0\0\x3f\0") + scan + b"\xff\xd9")
