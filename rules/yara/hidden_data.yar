/*
 * Data that stands where it does not belong.
 */

rule pe_in_image
{
	meta:
		title = "Program hidden behind a picture"
		why = "Behind the picture stands a Windows program; nobody stores one like that without reason."
		innocent = "A sample picture of a teaching or test collection."
		severity = "medium"
		confidence = 60
		kind = "hidden-data"
		family = ""
		technique = "T1027.003"
		source = "MITRE ATT&CK T1027.003"
		version = 1
	strings:
		$dos = "This program cannot be run in DOS mode" ascii
		$pe = { 50 45 00 00 (4C 01 | 64 86) }
	condition:
		uint32(0) == 0xE0FFD8FF and
		filesize < 20MB and
		$dos and $pe
}

rule pe_in_png
{
	meta:
		title = "Program hidden behind a PNG picture"
		why = "Behind the picture stands a Windows program; nobody stores one like that without reason."
		innocent = "A sample picture of a teaching or test collection."
		severity = "medium"
		confidence = 60
		kind = "hidden-data"
		family = ""
		technique = "T1027.003"
		source = "MITRE ATT&CK T1027.003"
		version = 1
	strings:
		$dos = "This program cannot be run in DOS mode" ascii
		$pe = { 50 45 00 00 (4C 01 | 64 86) }
	condition:
		uint32(0) == 0x474E5089 and
		filesize < 20MB and
		$dos and $pe
}

rule php_in_image
{
	meta:
		title = "PHP code inside a picture"
		why = "A web server may run such a picture as a page if it is told to."
		innocent = "A picture whose description quotes code."
		severity = "medium"
		confidence = 50
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003"
		version = 1
	strings:
		$a = /<\?php\s[^\x00<]{0,200}(eval|system|assert|base64_decode|\$_(POST|GET|REQUEST))/ nocase
	condition:
		filesize < 5MB and
		(uint32be(0) == 0x47494638 or uint16be(0) == 0xFFD8 or uint32be(0) == 0x89504E47) and
		$a
}

rule pdf_launch
{
	meta:
		title = "PDF that starts a program"
		why = "The document asks the reader to start a program or to open an attached one."
		innocent = "A form with an attached file."
		severity = "medium"
		confidence = 45
		kind = "yara"
		family = ""
		technique = "T1204.002"
		source = "PDF specification; MITRE ATT&CK T1204.002"
		version = 1
	strings:
		$a = "/Launch"
		$b = "/Win"
		$c = "/EmbeddedFile"
		$d = "/OpenAction"
		$e = /\(?(cmd|powershell|mshta)(\.exe)?/ nocase
		$f = "exportDataObject"
	condition:
		uint32(0) == 0x46445025 and
		filesize < 20MB and
		(($a and $e and 1 of ($b, $d)) or ($f and $c and $d))
}

rule rtf_equation
{
	meta:
		title = "RTF document with an object for a known hole of Word"
		why = "The document carries an equation object as used by attacks on old Word versions."
		innocent = "An old document with a real equation."
		severity = "medium"
		confidence = 55
		kind = "yara"
		family = ""
		technique = "T1203"
		source = "CVE-2017-11882 advisories"
		version = 1
	strings:
		$a = "\\objdata" nocase
		$b = "4571756174696f6e2e33" nocase
		$c = "Equation.3" nocase
		$d = "\\objupdate" nocase
	condition:
		uint32be(0) == 0x7B5C7274 and
		filesize < 20MB and
		$a and 1 of ($b, $c) and $d
}
