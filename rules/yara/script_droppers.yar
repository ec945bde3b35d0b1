/*
 * Scripts and links that fetch or start something. Administrators write such lines too: none is strong alone.
 */

rule ps_encoded
{
	meta:
		title = "PowerShell started with hidden commands"
		why = "The command is packed so that a person cannot read it."
		innocent = "A script of the ICT service or an installer."
		severity = "medium"
		confidence = 55
		kind = "yara"
		family = ""
		technique = "T1027"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = /powershell(\.exe)?"? [^\r\n]{0,120}-e(n|nc|nco|ncodedcommand)? +["\x27]?[A-Za-z0-9+\/]{120}/ ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a
}

rule ps_download_run
{
	meta:
		title = "PowerShell that fetches code and runs it at once"
		why = "Code from the internet is run without ever being stored, so that protection software sees less."
		innocent = "Some installers (such as that of Chocolatey) use the same line."
		severity = "medium"
		confidence = 60
		kind = "yara"
		family = ""
		technique = "T1105"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = "DownloadString(" ascii wide nocase
		$b = "Net.WebClient" ascii wide nocase
		$c = /\b(IEX|Invoke-Expression)[ (]/ ascii wide nocase
		$d = /-w(indowstyle)? +(hidden|1)/ ascii wide nocase
		$e = /-(nop|noprofile|ep +bypass|exec(utionpolicy)? +bypass)/ ascii wide nocase
		$f = /http:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}[:\/]/ ascii wide
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and $b and $c and 1 of ($d, $e, $f)
}

rule ps_reflective
{
	meta:
		title = "PowerShell that loads a packed program into memory"
		why = "A program is unpacked and started in memory, so that nothing stands on the disk."
		innocent = "A script of the ICT service or an installer."
		severity = "high"
		confidence = 60
		kind = "yara"
		family = ""
		technique = "T1620"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = /\[(System\.)?Reflection\.Assembly\]::Load\(/ ascii wide nocase
		$b = "FromBase64String" ascii wide nocase
		$c = "GzipStream" ascii wide nocase
		$d = "DeflateStream" ascii wide nocase
		$e = /VirtualAlloc/ ascii wide nocase
		$f = "GetDelegateForFunctionPointer" ascii wide nocase
		$g = "CreateThread" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 5MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		(($a and $b and 1 of ($c, $d)) or ($b and $e and 1 of ($f, $g)))
}

rule ps_amsi
{
	meta:
		title = "PowerShell that blinds the protection"
		why = "The script reaches into the check that protection software makes of scripts."
		innocent = "A security test or detection rules that quote the trick."
		severity = "high"
		confidence = 70
		kind = "protection-off"
		family = ""
		technique = "T1562.001"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = "AmsiUtils" ascii wide nocase
		$b = "amsiInitFailed" ascii wide nocase
		$c = "AmsiScanBuffer" ascii wide nocase
		$d = "NonPublic,Static" ascii wide nocase
		$e = "VirtualProtect" ascii wide nocase
		$f = "amsiContext" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		(($a and 1 of ($b, $d, $f)) or ($c and $e))
}

rule certutil_fetch
{
	meta:
		title = "Script that misuses Windows programs to fetch files"
		why = "Programs of Windows that are meant for other things are used to fetch a file without notice."
		innocent = "An ICT script or a text about such tricks."
		severity = "medium"
		confidence = 55
		kind = "yara"
		family = ""
		technique = "T1105"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = /certutil(\.exe)?"? [^\r\n]{0,40}-(urlcache|verifyctl)[^\r\n]{0,60}https?:/ ascii wide nocase
		$b = /bitsadmin(\.exe)?"? [^\r\n]{0,40}\/transfer[^\r\n]{0,80}https?:/ ascii wide nocase
		$c = /mshta(\.exe)?"? +["\x27]?(https?:|javascript:|vbscript:)/ ascii wide nocase
		$d = /regsvr32(\.exe)?"? [^\r\n]{0,60}\/i:https?:[^\r\n]{0,120}scrobj/ ascii wide nocase
		$e = /certutil(\.exe)?"? [^\r\n]{0,20}-decode +[^\r\n]{1,120}\.(exe|dll|ps1|bat)/ ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		any of ($a, $b, $c, $d, $e)
}

rule js_vbs_dropper
{
	meta:
		title = "Windows script that fetches and starts a program"
		why = "The script fetches a file, stores it and starts it."
		innocent = "An installer or updater written as a script."
		severity = "medium"
		confidence = 60
		kind = "yara"
		family = ""
		technique = "T1059.005"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a1 = "MSXML2.XMLHTTP" ascii wide nocase
		$a2 = "MSXML2.ServerXMLHTTP" ascii wide nocase
		$a3 = "WinHttp.WinHttpRequest" ascii wide nocase
		$b = "ADODB.Stream" ascii wide nocase
		$c = "SaveToFile" ascii wide nocase
		$d1 = "WScript.Shell" ascii wide nocase
		$d2 = "Shell.Application" ascii wide nocase
		$e1 = ".Run" ascii wide nocase
		$e2 = "ShellExecute" ascii wide nocase
		$e3 = ".Exec" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 5MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		1 of ($a1, $a2, $a3) and $b and $c and 1 of ($d1, $d2) and 1 of ($e1, $e2, $e3)
}

rule js_obfuscated_activex
{
	meta:
		title = "Garbled Windows script"
		why = "The script hides its words and starts Windows objects; mail attachments of attackers look like this."
		innocent = "A script of the ICT service or an installer."
		severity = "medium"
		confidence = 50
		kind = "yara"
		family = ""
		technique = "T1027"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = /new ActiveXObject\s{0,3}\(/ nocase
		$b = /(\\x[0-9a-f]{2}){12}/ nocase
		$c = /String\.fromCharCode\((\d{1,3},\s?){12}/ nocase
		$d = /\.split\(["\x27]["\x27]\)\.reverse\(\)\.join\(/ nocase
		$e = /WScript\.(Shell|Sleep|CreateObject)/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and 1 of ($b, $c, $d) and $e
}

rule hta_shell
{
	meta:
		title = "HTML application that starts a program"
		why = "This kind of page runs with all rights of the user and starts a program."
		innocent = "A script of the ICT service or an installer."
		severity = "medium"
		confidence = 60
		kind = "yara"
		family = ""
		technique = "T1218.005"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = "<HTA:APPLICATION" ascii wide nocase
		$b = "WScript.Shell" ascii wide nocase
		$c = /(powershell|cmd(\.exe)? \/c|mshta|rundll32|regsvr32)/ ascii wide nocase
		$d = "window.close" ascii wide nocase
		$e = /windowstate ?= ?"?minimize|showintaskbar ?= ?"?no/ ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and $b and $c and 1 of ($d, $e)
}

rule lnk_powershell
{
	meta:
		title = "Shortcut that starts hidden commands"
		why = "A shortcut should open a program or a document; this one starts the command line with hidden or foreign code."
		innocent = "A shortcut made by an ICT script."
		severity = "high"
		confidence = 65
		kind = "yara"
		family = ""
		technique = "T1204.002"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = /powershell|pwsh|mshta|cmd\.exe|wscript|rundll32|curl\.exe/ wide nocase
		$b1 = /-e(nc|ncodedcommand)? +[A-Za-z0-9+\/]{20}/ wide nocase
		$b2 = /https?:\/\// wide nocase
		$b3 = /-w(indowstyle)? +(hidden|1)/ wide nocase
		$b4 = /(iex|downloadstring|frombase64|javascript:)/ wide nocase
		$b5 = /\/c +[^\x00]{0,2}start /  wide nocase
	condition:
		filesize < 1MB and
		uint32(0) == 0x0000004C and
		$a and 2 of ($b*)
}

rule lnk_huge
{
	meta:
		title = "Shortcut that carries a large load"
		why = "A shortcut is a few kilobytes; a very large one often carries a hidden program or document."
		innocent = "None known."
		severity = "medium"
		confidence = 60
		kind = "yara"
		family = ""
		technique = "T1027"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = /powershell|mshta|cmd\.exe|wscript/ wide nocase
	condition:
		filesize < 50MB and
		uint32(0) == 0x0000004C and
		filesize > 200KB and
		$a
}

rule url_file_share
{
	meta:
		title = "Internet shortcut that opens a file on a foreign server"
		why = "Opening it makes Windows sign on at, or start a program from, a server outside."
		innocent = "A shortcut to a program on a file server of the town."
		severity = "medium"
		confidence = 60
		kind = "yara"
		family = ""
		technique = "T1204.001"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = "[InternetShortcut]" nocase
		$b = /URL ?= ?file:\/{2,4}[0-9a-z.-]{4,80}(@(ssl|[0-9]{2,5}))?[\/\\][^\r\n]{1,200}\.(exe|lnk|js|vbs|hta|bat|cmd|zip|msi|url)/ nocase
		$c = /IconFile ?= ?\\\\[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\\/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 16KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and 1 of ($b, $c)
}

rule office_macro_shell
{
	meta:
		title = "Office document with a macro that starts a program"
		why = "The macro runs when the document is opened and starts another program."
		innocent = "A form or report of the town that works with macros."
		severity = "medium"
		confidence = 50
		kind = "yara"
		family = ""
		technique = "T1204.002"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a1 = "AutoOpen" nocase
		$a2 = "Auto_Open" nocase
		$a3 = "Document_Open" nocase
		$a4 = "Workbook_Open" nocase
		$b1 = "WScript.Shell" ascii wide nocase
		$b2 = "powershell" ascii wide nocase
		$b3 = "URLDownloadToFile" ascii wide nocase
		$b4 = "MSXML2.XMLHTTP" ascii wide nocase
		$v = "VBA" ascii wide
		$w = "Attribut" ascii
	condition:
		filesize < 20MB and
		uint32(0) == 0xE011CFD0 and
		1 of ($a1, $a2, $a3, $a4) and 1 of ($b1, $b2, $b3, $b4) and 1 of ($v, $w)
}

rule sh_reverse_shell
{
	meta:
		title = "Linux command that opens a shell to the outside"
		why = "The command joins the command line to a connection; whoever is at the other end can type."
		innocent = "A manual, a lesson or a security test."
		severity = "high"
		confidence = 65
		kind = "remote-access"
		family = ""
		technique = "T1059.004"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = /bash -i +(>&|&>) ?\/dev\/tcp\/[0-9a-z.-]{4,80}\/[0-9]{1,5}/
		$b = /mkfifo [^\r\n]{1,60}; ?(cat|nc|telnet|sh|bash)[^\r\n]{1,120}\| ?(nc|ncat|openssl|telnet) /
		$c = /socket\.socket\([^\r\n]{0,160}os\.dup2\([^\r\n]{0,160}(pty\.spawn|subprocess\.call|\/bin\/(ba)?sh)/
		$d = /\b(nc|ncat)(\.traditional)? +(-[a-z]+ +){0,4}-e +\/bin\/(ba)?sh/
		$e = /0<&[0-9]{1,3}-?; ?exec [0-9]{1,3}<>\/dev\/tcp\//
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		any of ($a, $b, $c, $d, $e)
}

rule sh_download_run
{
	meta:
		title = "Linux script that fetches a program into a temporary folder and starts it"
		why = "The script fetches a file, makes it executable and starts it from a folder that everyone may write."
		innocent = "A script of the ICT service or an installer."
		severity = "medium"
		confidence = 55
		kind = "yara"
		family = ""
		technique = "T1105"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = /(curl|wget) [^\r\n]{0,120}https?:\/\/[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}/
		$b = /(curl|wget) [^\r\n]{0,200}\| ?(sudo +)?(ba)?sh/
		$c = /chmod +(\+x|777|755|a\+x) +[^\r\n]{0,60}/
		$d = /\/(tmp|var\/tmp|dev\/shm)\//
		$e = /(pkill|killall) +[^\r\n]{0,40}(xmrig|kdevtmpfsi|kinsing|minerd)/
		$f = /base64 +(-d|--decode)[^\r\n]{0,20}\| ?(ba)?sh/
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		(($a and $d and 1 of ($c, $b)) or $e or ($f and 1 of ($a, $d)))
}

rule sh_esxi_kill
{
	meta:
		title = "Script that shuts down all virtual machines of an ESXi host"
		why = "All virtual machines are stopped at once, as is done before their disks are encrypted."
		innocent = "A shutdown script for a power cut (UPS) does the same."
		severity = "high"
		confidence = 60
		kind = "yara"
		family = ""
		technique = "T1489"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = "esxcli vm process list"
		$b = "esxcli vm process kill"
		$c = "vim-cmd vmsvc/getallvms"
		$d = "vim-cmd vmsvc/power.off"
		$e = "vim-cmd vmsvc/snapshot.removeall"
		$f = "--type=force"
		$h = "/vmfs/volumes"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		(($b and 1 of ($a, $f, $h)) or ($e and $c) or ($c and $d and $h))
}

rule sh_history_off
{
	meta:
		title = "Shell profile that switches the command history off"
		why = "Without the history nobody can see which commands were typed."
		innocent = "An administrator who does not want passwords in the history."
		severity = "medium"
		confidence = 45
		kind = "anti-forensics"
		family = ""
		technique = "T1070.003"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = /(unset +HISTFILE|HISTFILE=\/dev\/null|HISTSIZE=0|history +-c)/
		$b = /ln +-sf? +\/dev\/null +[^\r\n]{0,40}\.(bash|zsh)_history/
		$c = /shred [^\r\n]{0,40}(auth\.log|wtmp|secure|bash_history)/
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 64KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		($b or $c or #a > 1)
}

rule cron_suspicious
{
	meta:
		title = "Timed job that fetches and runs code"
		why = "The job runs by itself, fetches code from outside and runs it."
		innocent = "A script of the ICT service or an installer."
		severity = "high"
		confidence = 60
		kind = "persistence"
		family = ""
		technique = "T1053.003"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = /(^|\n)(@(reboot|hourly|daily)|(\*|[0-9*\/,-]{1,12}) +(\*|[0-9*\/,-]{1,12}) +(\*|[0-9*\/,-]{1,12}) +\S{1,12} +\S{1,12}) +[^\r\n]{0,60}(curl|wget) [^\r\n]{1,160}\| ?(ba)?sh/
		$b = /(^|\n)(@reboot|[*0-9][^\r\n]{8,60}) +[^\r\n]{0,40}\/(dev\/shm|tmp|var\/tmp)\/\.[^\r\n]{1,80}/
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 64KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		any of ($a, $b)
}

rule wmi_consumer_script
{
	meta:
		title = "Text of a WMI event consumer that starts a script"
		why = "A hidden job inside Windows starts a script each time something happens."
		innocent = "A management product or a monitoring agent."
		severity = "medium"
		confidence = 50
		kind = "persistence"
		family = ""
		technique = "T1546.003"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = "__EventFilter" ascii wide nocase
		$b = "CommandLineEventConsumer" ascii wide nocase
		$c = "ActiveScriptEventConsumer" ascii wide nocase
		$d = "__FilterToConsumerBinding" ascii wide nocase
		$e = /(powershell|cscript|wscript|mshta|cmd\.exe|rundll32)/ ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and $d and 1 of ($b, $c) and $e
}

rule task_suspicious
{
	meta:
		title = "Planned task that starts a script from a folder that users may write"
		why = "The task starts something from a place where programs do not belong."
		innocent = "A supplier that installs in an unusual folder."
		severity = "medium"
		confidence = 60
		kind = "persistence"
		family = ""
		technique = "T1053.005"
		source = "MITRE ATT&CK; analyst knowledge"
		version = 1
	strings:
		$a = "<Task " ascii wide nocase
		$b = "<Exec>" ascii wide nocase
		$c = /<Command>[^<]{0,60}(\\Users\\Public\\|\\PerfLogs\\|\\ProgramData\\[^\\<]{1,40}\.(exe|bat|ps1|vbs|js|cmd)|\\Windows\\Temp\\|\\AppData\\Local\\Temp\\)/ wide ascii nocase
		$d = /<Arguments>[^<]{0,200}(-e(nc|ncodedcommand)? [A-Za-z0-9+\/]{40}|DownloadString|\\Users\\Public\\|\\PerfLogs\\|FromBase64String)/ wide ascii nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and $b and 1 of ($c, $d)
}
