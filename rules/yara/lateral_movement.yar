/*
 * Programs and scripts that run commands on other machines of the network.
 */

rule psexec_client
{
	meta:
		title = "PsExec"
		why = "PsExec starts programs on other machines; ransomware groups use it to run their program everywhere."
		innocent = "ICT staff use PsExec too: compare the time and the user."
		severity = "medium"
		confidence = 75
		kind = "lateral-movement"
		family = "PsExec"
		technique = "T1569.002"
		source = "Microsoft Sysinternals; analyst knowledge"
		version = 1
	strings:
		$a = "Sysinternals PsExec" wide
		$b = "psexec.c" wide
		$c = "PsExec" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 3MB and
		($a or $b) and $c
}

rule psexec_service
{
	meta:
		title = "PsExec service"
		why = "This is the helper that PsExec leaves on a machine on which something was started from elsewhere."
		innocent = "ICT staff use PsExec too: compare the time and the user."
		severity = "medium"
		confidence = 75
		kind = "lateral-movement"
		family = "PsExec"
		technique = "T1569.002"
		source = "Microsoft Sysinternals; analyst knowledge"
		version = 1
	strings:
		$a = "PsExec Service Host" wide
		$b = "PSEXESVC" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 3MB and
		all of them
}

rule paexec
{
	meta:
		title = "PAExec"
		why = "A free copy of PsExec with the same use: it starts programs on other machines."
		innocent = "Some management products bring PAExec along."
		severity = "medium"
		confidence = 75
		kind = "lateral-movement"
		family = "PAExec"
		technique = "T1569.002"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "PAExec" ascii wide
		$b = "Power Admin" ascii wide
		$c = "poweradmin.com" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 5MB and
		$a and 1 of ($b, $c)
}

rule remcom
{
	meta:
		title = "RemCom service"
		why = "A helper by which commands from another machine are run here; attack kits such as Impacket bring it along."
		innocent = "An old management product."
		severity = "high"
		confidence = 75
		kind = "lateral-movement"
		family = "RemCom"
		technique = "T1569.002"
		source = "Impacket project; analyst knowledge"
		version = 1
	strings:
		$a = "RemComSvc" ascii wide
		$b = "\\\\.\\pipe\\RemCom_" ascii wide
		$c = "RemCom_communicaton" ascii wide
		$d = "RemCom_std" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 2MB and
		2 of them
}

rule script_mass_psexec
{
	meta:
		title = "Script that starts a program on many machines"
		why = "The script goes through a list of machines and starts something on each of them."
		innocent = "A roll-out script of the ICT service."
		severity = "medium"
		confidence = 55
		kind = "lateral-movement"
		family = ""
		technique = "T1569.002"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = /ps?(exec|aexec)(64)?(\.exe)? [^\r\n]{0,80}@[^\r\n]{1,60}\.txt/ nocase
		$b = /psexec(64)?(\.exe)? +(-[a-z]+ +){0,6}\\\\[^\r\n]{1,200}(-c|-d|cmd)/ nocase
		$c = /start +(\/b +)?(\/min +)?ps?exec/ nocase
		$d = "-accepteula" nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		($a or ($b and 1 of ($c, $d) and (#b > 2 or $c)))
}

rule script_wmic_remote
{
	meta:
		title = "Script that starts a program on other machines through WMI"
		why = "WMI is part of Windows; here it is used to start something on another machine."
		innocent = "A management script of the ICT service."
		severity = "medium"
		confidence = 50
		kind = "lateral-movement"
		family = ""
		technique = "T1047"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = /wmic(\.exe)? [^\r\n]{0,120}\/node: ?["@]?[^\r\n]{1,200}process +call +create/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a
}

rule script_impacket_output
{
	meta:
		title = "Command trace as Impacket leaves it"
		why = "The file holds the way in which Impacket writes the answer of a command back over the network."
		innocent = "A training or a security test."
		severity = "high"
		confidence = 60
		kind = "lateral-movement"
		family = "Impacket"
		technique = "T1047"
		source = "Impacket project"
		version = 1
	strings:
		$a = /cmd\.exe \/Q \/c [^\r\n]{1,400} 1> \\\\127\.0\.0\.1\\ADMIN\$\\__[0-9]{8,12}/ nocase
		$b = /%COMSPEC% \/Q \/c echo [^\r\n]{1,300}\\\\127\.0\.0\.1\\C\$\\__output/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		any of ($a, $b)
}
