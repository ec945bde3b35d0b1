#!/usr/bin/env python3
"""export_check.py - do files for other tools keep the rules of these tools? Usage: export_check.py KIND FILE [MORE]; exit 1 with what is wrong.

timesketch FILE       rules of Timesketch's import (CSV and JSONL), by its documentation and utils.py as of 2026-07
l2tcsv FILE           17 columns of log2timeline
dfxml FILE IMAGE      order of elements by dfxml.xsd 2.0.0-beta; each file's byte runs fetched from IMAGE have the digest that is told
misp FILE             MISP core format, types and categories of what we use
case FILE [ACTS]      CASE/UCO 1.3: at least so many acts (3); class, properties, how often and of what type, references that resolve
stix FILE             STIX 2.1: identifiers, references, marking
"""
import collections
import csv
import datetime
import hashlib
import json
import re
import sys
import uuid

wrong = []


def check(ok, text):
    if not ok and len(wrong) < 20:
        wrong.append(text)
    return ok


# --- Timesketch ---
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
STRIPPED = {"_id", "_type", "_index", "_source", "__ts_timeline_id"}
KEYWORD_MAX = 32766


def timesketch_row(n, row, is_csv):
    for key in ("message", "datetime", "timestamp_desc"):
        if not check(row.get(key), f"row {n}: {key} is required"):
            return
    check(not STRIPPED & set(row), f"row {n}: has a field that Timesketch strips")
    try:
        moment = datetime.datetime.fromisoformat(row["datetime"])
    except ValueError:
        check(False, f"row {n}: datetime {row['datetime']} is not ISO 8601")
        return
    if not check(moment.tzinfo is not None, f"row {n}: datetime has no offset"):
        return
    check(1700 <= moment.year <= 9999, f"row {n}: year {moment.year} is dropped by the server")
    check(moment != EPOCH and moment.year != 1601, f"row {n}: the zero of a clock is no event")
    check(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00", row["datetime"]), f"row {n}: datetime is not written with six digits and +00:00")
    stamp = row.get("timestamp")
    if check(isinstance(stamp, int) or (is_csv and re.fullmatch(r"-?\d+", stamp or "")), f"row {n}: timestamp is no whole number"):
        check((moment - EPOCH) // datetime.timedelta(microseconds=1) == int(stamp), f"row {n}: timestamp and datetime differ")
    tags = row.get("tag")
    if is_csv:
        check(tags is not None, f"row {n}: no tag")
    else:
        check(isinstance(tags, list) and all(isinstance(t, str) for t in tags), f"row {n}: tag is no list of text")
    for key, value in row.items():
        if isinstance(value, str):
            check("\0" not in value, f"row {n}: NUL in {key}")
            if is_csv:
                check(value[:1] not in "=+-@\t\r" or not value or re.fullmatch(r"-?\d+", value), f"row {n}: {key} would be computed by a spreadsheet")
            if len(value.encode()) > KEYWORD_MAX and key != "message":
                check(False, f"row {n}: {key} is too long for keyword search")


def timesketch(path):
    check(path.endswith((".csv", ".jsonl")), "the name must end in .csv or .jsonl")
    count = 0
    if path.endswith(".csv"):
        csv.field_size_limit(1 << 30)
        with open(path, newline="", encoding="utf-8") as f:
            reader = csv.DictReader(f, strict=True)
            names = reader.fieldnames
            check(names[:4] == ["message", "datetime", "timestamp", "timestamp_desc"], "the first columns are not those of the contract")
            check(len(names) == len(set(names)), "a column stands twice")
            for row in reader:
                count += 1
                if check(None not in row and None not in row.values(), f"row {count}: another number of columns than the header"):
                    timesketch_row(count, row, True)
    else:
        with open(path, encoding="utf-8") as f:
            for line in f:
                count += 1
                row = json.loads(line)
                if check(isinstance(row, dict), f"row {count}: no object; an array is rejected"):
                    timesketch_row(count, row, False)
    return count


# --- l2tcsv ---
L2T = "date,time,timezone,MACB,source,sourcetype,type,user,host,short,desc,version,filename,inode,notes,format,extra".split(",")


def l2tcsv(path):
    lines = open(path, encoding="utf-8").read().split("\n")
    check(lines[0].split(",") == L2T, "the header is not that of log2timeline")
    check(lines[-1] == "", "the last line has no end")
    for n, line in enumerate(lines[1:-1], 1):
        cells = line.split(",")
        if not check(len(cells) == 17, f"row {n}: {len(cells)} columns"):
            continue
        row = dict(zip(L2T, cells))
        check(all(cells), f"row {n}: an empty cell is written -")
        check('"' not in line, f"row {n}: a double quote")
        check(re.fullmatch(r"\d\d/\d\d/\d{4}", row["date"]) and re.fullmatch(r"\d\d:\d\d:\d\d", row["time"]), f"row {n}: {row['date']} {row['time']}")
        check(re.fullmatch(r"[M.][A.][C.][B.]", row["MACB"]), f"row {n}: MACB {row['MACB']}")
        check(row["version"] == "2" and row["timezone"] == "UTC", f"row {n}: version or zone")
        for key, value in row.items():
            check(value[0] not in "=+@" and (value[0] != "-" or re.fullmatch(r"-\d*", value)), f"row {n}: {key} would be computed by a spreadsheet")
    return len(lines) - 2


# --- DFXML ---
FILEOBJECT = ("parent_object filename error partition id name_type filesize unalloc alloc alloc_inode alloc_name used unused orphan compressed inode meta_type mode nlink "
              "uid gid mtime ctime atime crtime seq dtime bkup_time link_target libmagic byte_runs hashdigest").split()
VOLUME = "byte_runs partition_offset sector_size block_size ftype ftype_str block_count first_block last_block allocated_only diskimageobject volume fileobject error".split()
ROOT = "metadata creator source diskimageobject partitionsystemobject partitionobject volume fileobject rusage".split()
DFXML = "{http://www.forensicswiki.org/wiki/Category:Digital_Forensics_XML}"


def in_order(element, order, what):
    names = [c.tag.removeprefix(DFXML) for c in element]
    places = [order.index(n) if n in order else -1 for n in names]
    check(-1 not in places, f"{what}: {[n for n in names if n not in order]} is not in the schema")
    check(places == sorted(places), f"{what}: {names} in another order than the schema")


def dfxml(path, image=None):
    import xml.etree.ElementTree as tree
    root = tree.parse(path).getroot()
    data = open(image, "rb") if image else None
    check(root.tag == DFXML + "dfxml" and root.get("version"), "root element or version")
    in_order(root, ROOT, "dfxml")
    files = fetched = 0
    for volume in root.findall(DFXML + "volume"):
        in_order(volume, VOLUME, "volume")
        for f in volume.findall(DFXML + "fileobject"):
            files += 1
            name = f.findtext(DFXML + "filename")
            in_order(f, FILEOBJECT, name)
            digests = {h.get("type"): h.text for h in f.findall(DFXML + "hashdigest")}
            size = int(f.findtext(DFXML + "filesize") or 0)
            runs = f.findall(f"{DFXML}byte_runs/{DFXML}byte_run")
            if not data or "sha256" not in digests or not runs or f.findtext(DFXML + "alloc_name") != "1":
                continue
            content, covered = bytearray(size), 0
            for r in runs:
                data.seek(int(r.get("img_offset")))
                at = int(r.get("file_offset"))
                piece = data.read(int(r.get("len")))[:max(size - at, 0)]
                content[at:at + len(piece)] = piece
                covered += len(piece)
            if covered == size:
                fetched += check(hashlib.sha256(content).hexdigest() == digests["sha256"], f"{name}: its byte runs hold other bytes")
    check(not data or fetched > 50, f"only {fetched} files could be fetched by their byte runs")
    return files


# --- MISP ---
MISP_TYPES = {"md5": "Payload delivery", "sha1": "Payload delivery", "sha256": "Payload delivery", "filename": "Payload delivery", "size-in-bytes": "Other",
              "mime-type": "Artifacts dropped", "text": "Attribution"}
MISP_LENGTH = {"md5": 32, "sha1": 40, "sha256": 64}


def misp_attribute(a, ids):
    check(MISP_TYPES.get(a["type"]) == a["category"], f"attribute {a['type']} in {a['category']}")
    check(isinstance(a["value"], str) and a["value"], "an attribute without value")
    if a["type"] in MISP_LENGTH:
        check(re.fullmatch("[0-9a-f]{%d}" % MISP_LENGTH[a["type"]], a["value"]), f"{a['type']}: {a['value']}")
    check(isinstance(a["to_ids"], bool) and re.fullmatch(r"\d+", a["timestamp"]), "to_ids or timestamp")
    ids.append(a["uuid"])


def misp(path):
    event = json.load(open(path, encoding="utf-8"))["Event"]
    ids = [event["uuid"]]
    check(re.fullmatch(r"\d{4}-\d\d-\d\d", event["date"]), "date")
    check(event["threat_level_id"] in "1234" and event["analysis"] in "012" and event["distribution"] == "0" and event["published"] is False, "state of the event")
    tags = [t["name"] for t in event["Tag"]]
    check(sum(t.startswith("tlp:") for t in tags) == 1, "it needs one TLP tag")
    for a in event["Attribute"]:
        misp_attribute(a, ids)
    for o in event["Object"]:
        ids.append(o["uuid"])
        check(o["name"] == "file" and o["template_uuid"] == "688c46fb-5edb-40a3-8273-1af7923e2215" and o["meta-category"] == "file", "object template")
        for a in o["Attribute"]:
            check(a["object_relation"], "an attribute of an object without its place in the template")
            misp_attribute(a, ids)
        check({"sha256", "filename"} <= {a["object_relation"] for a in o["Attribute"]}, "a file without digest or name")
    check(len(ids) == len(set(ids)) and all(uuid.UUID(i).version == 5 for i in ids), "identifiers")
    return len(event["Object"])


# --- CASE/UCO: property -> (most per node, kind). Kinds: text, number, flag, time, ref CLASS..., part CLASS ---
TEXT, NUMBER, FLAG, TIME = "text", "number", "flag", "time"
CORE = {"uco-core:name": (1, TEXT), "uco-core:description": (9, TEXT), "uco-core:tag": (9, TEXT), "uco-core:hasFacet": (9, "part"), "uco-core:createdBy": (1, "uco-identity:"),
        "uco-core:externalReference": (9, "part")}
FILE_TIMES = {f"uco-observable:{t}": (1, TIME) for t in ("accessedTime", "modifiedTime", "metadataChangeTime", "observableCreatedTime")}
SIZE = {"uco-observable:sizeInBytes": (1, NUMBER)}
CLASSES = {
    "case-investigation:Investigation": CORE | {"case-investigation:focus": (9, TEXT), "uco-core:startTime": (1, TIME), "uco-core:object": (1 << 30, "")},
    "case-investigation:InvestigativeAction": CORE | {"uco-action:startTime": (1, TIME), "uco-action:endTime": (1, TIME), "uco-action:performer": (1, ""),
        "uco-action:instrument": (9, "uco-tool:"), "uco-action:object": (1 << 30, "uco-observable:"), "uco-action:result": (9, "case-investigation:ProvenanceRecord"),
        "case-investigation:wasInformedBy": (9, "case-investigation:InvestigativeAction")},
    "case-investigation:ProvenanceRecord": CORE | {"case-investigation:exhibitNumber": (1, TEXT), "case-investigation:rootExhibitNumber": (9, TEXT),
        "uco-core:object": (1 << 30, "uco-observable:")},
    "uco-tool:ConfiguredTool": CORE | {"uco-tool:toolType": (1, TEXT), "uco-tool:version": (1, TEXT), "uco-configuration:usesConfiguration": (1, "uco-configuration:Configuration")},
    "uco-configuration:Configuration": CORE | {"uco-configuration:configurationEntry": (999, "part")},
    "uco-configuration:ConfigurationEntry": {"uco-configuration:itemName": (1, TEXT), "uco-configuration:itemValue": (9, TEXT)},
    "uco-identity:Identity": CORE,
    "uco-core:Annotation": CORE | {"uco-core:object": (1 << 30, "")},
    "uco-core:ExternalReference": {"uco-core:definingContext": (1, TEXT), "uco-core:externalIdentifier": (1, TEXT)},
    "uco-observable:ObservableObject": CORE, "uco-observable:File": CORE, "uco-observable:FileSystem": CORE, "uco-observable:OperatingSystem": CORE,
    "uco-observable:ObservableRelationship": CORE | {"uco-core:source": (1, "uco-observable:"), "uco-core:target": (1, "uco-observable:"),
        "uco-core:kindOfRelationship": (1, TEXT), "uco-core:isDirectional": (1, FLAG)},
    "uco-observable:FileFacet": SIZE | FILE_TIMES | {"uco-observable:fileName": (9, TEXT), "uco-observable:filePath": (9, TEXT), "uco-observable:isDirectory": (9, FLAG),
        "uco-observable:allocationStatus": (1, TEXT)},
    "uco-observable:ContentDataFacet": SIZE | {"uco-observable:mimeType": (9, TEXT), "uco-observable:hash": (9, "part")},
    "uco-observable:ImageFacet": {"uco-observable:imageType": (1, TEXT)},
    "uco-observable:FileSystemFacet": {"uco-observable:fileSystemType": (1, TEXT), "uco-observable:clusterSize": (1, NUMBER)},
    "uco-observable:VolumeFacet": {"uco-observable:volumeID": (1, TEXT)},
    "uco-observable:OperatingSystemFacet": {"uco-observable:version": (1, TEXT), "uco-observable:installDate": (1, TIME)},
    "uco-observable:NTFSFileFacet": {"uco-observable:entryID": (1, NUMBER)}, "uco-observable:ExtInodeFacet": {"uco-observable:extInodeID": (1, NUMBER)},
    "uco-observable:DataRangeFacet": {"uco-observable:rangeOffset": (1, NUMBER), "uco-observable:rangeSize": (1, NUMBER)},
    "uco-observable:PathRelationFacet": {"uco-observable:path": (9, TEXT)},
    "uco-types:Hash": {"uco-types:hashMethod": (1, "vocabulary"), "uco-types:hashValue": (1, "hex")},
}
NEEDED = {"uco-observable:ObservableRelationship": {"uco-core:source", "uco-core:target", "uco-core:isDirectional", "uco-core:kindOfRelationship"},
          "uco-core:Annotation": {"uco-core:object"}, "uco-types:Hash": {"uco-types:hashMethod", "uco-types:hashValue"},
          "case-investigation:InvestigativeAction": {"uco-action:startTime", "uco-action:performer", "uco-action:instrument", "uco-action:result"}}


def case_value(kind, value, of):
    if kind == TEXT:
        return isinstance(value, str)
    if kind == NUMBER:
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == FLAG:
        return isinstance(value, bool)
    if kind == TIME:
        return value["@type"] == "xsd:dateTime" and re.fullmatch(r"-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", value["@value"])
    if kind == "hex":
        return value["@type"] == "xsd:hexBinary" and re.fullmatch("([0-9a-f]{2})+", value["@value"])
    if kind == "vocabulary":
        return value["@type"] == "uco-vocabulary:HashNameVocab" and value["@value"] in ("MD5", "SHA1", "SHA256")
    if kind == "part":
        return "@type" in value
    return set(value) == {"@id"} and of.get(value["@id"], "?").startswith(kind)


def case_node(node, of, ids):
    kind = node["@type"]
    if not check(kind in CLASSES, f"{kind} is not a class that is expected"):
        return
    ids.append(node["@id"])
    check(re.fullmatch(r"kb:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", node["@id"]), f"identifier {node['@id']}")
    for key, value in node.items():
        if key in ("@id", "@type"):
            continue
        if not check(key in CLASSES[kind], f"{kind} has no property {key}"):
            continue
        most, want = CLASSES[kind][key]
        values = value if isinstance(value, list) else [value]
        check(len(values) <= most, f"{kind}: {key} stands {len(values)} times")
        for v in values:
            check(case_value(want, v, of), f"{kind}: {key} is {json.dumps(v)[:120]}")
            if want == "part":
                case_node(v, of, ids)
    check(NEEDED.get(kind, set()) <= set(node), f"{kind}: {NEEDED.get(kind, set()) - set(node)} is needed")


def case(path, acts=3):
    document = json.load(open(path, encoding="utf-8"))
    context, graph = document["@context"], document["@graph"]
    for prefix in ("kb", "case-investigation", "uco-core", "uco-action", "uco-identity", "uco-observable", "uco-tool", "uco-types", "xsd"):
        check(prefix in context, f"the context has no {prefix}")
    of = {n["@id"]: n["@type"] for n in graph}
    ids = []
    for node in graph:
        case_node(node, of, ids)
    check(len(ids) == len(set(ids)), "an identifier stands for two nodes")
    count = collections.Counter(n["@type"] for n in graph)
    for kind in ("case-investigation:Investigation", "uco-tool:ConfiguredTool", "uco-identity:Identity"):
        check(count[kind] == 1, f"{count[kind]} nodes of {kind}")
    check(count["case-investigation:ProvenanceRecord"] >= 2 and count["case-investigation:InvestigativeAction"] >= int(acts), "acts or records are missing")
    return len(graph)


# --- STIX ---
def stix(path):
    bundle = json.load(open(path, encoding="utf-8"))
    check(bundle["type"] == "bundle" and bundle["id"].startswith("bundle--"), "bundle")
    objects = {o["id"]: o for o in bundle["objects"]}
    check(len(objects) == len(bundle["objects"]), "an identifier stands twice")
    markings = [o for o in bundle["objects"] if o["type"] == "marking-definition"]
    check(len(markings) == 1 and "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d" in markings[0]["extensions"], "one TLP 2.0 marking")
    for o in bundle["objects"]:
        check(o["spec_version"] == "2.1" and re.fullmatch(o["type"] + r"--[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", o["id"]), o["id"])
        references = [o[k] for k in ("created_by_ref", "source_ref", "target_ref") if k in o] + o.get("object_refs", []) + o.get("object_marking_refs", [])
        check(all(r in objects for r in references), f"{o['id']} refers to what is not there")
        if o["type"] not in ("marking-definition", "identity"):
            check(o.get("object_marking_refs") == [markings[0]["id"]], f"{o['id']} is not marked")
    return len(objects)


KINDS = {"timesketch": timesketch, "l2tcsv": l2tcsv, "dfxml": dfxml, "misp": misp, "case": case, "stix": stix}
if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[1] not in KINDS:
        sys.exit(__doc__)
    found = KINDS[sys.argv[1]](*sys.argv[2:])
    for text in wrong:
        print(text)
    print(found)
    sys.exit(bool(wrong))
