/*
 * Programs, drivers and scripts that switch protection off or wipe traces.
 */

rule pchunter
{
	meta:
		title = "Program that can switch protection off: PC Hunter"
		why = "With this program protection software can be stopped or removed from below."
		innocent = "A technician who hunts a rootkit may have used it."
		severity = "high"
		confidence = 75
		kind = "protection-off"
		family = "PC Hunter"
		technique = "T1562.001"
		source = "CISA AA23-352A; analyst knowledge"
		version = 1
	strings:
		$a = "PCHunter" ascii wide
		$b = "Epoolsoft" ascii wide
		$c = "PC Hunter" ascii wide
		$d = "xuetr" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		2 of them
}

rule gmer
{
	meta:
		title = "Program that can switch protection off: GMER"
		why = "With this program protection software can be stopped or removed from below."
		innocent = "A technician who hunts a rootkit may have used it."
		severity = "high"
		confidence = 70
		kind = "protection-off"
		family = "GMER"
		technique = "T1562.001"
		source = "CISA AA23-352A; analyst knowledge"
		version = 1
	strings:
		$a = "GMER" ascii wide
		$b = "gmer.net" ascii wide
		$c = "gmer.sys" ascii wide
		$d = "gmer.exe" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		$a and 1 of ($b, $c, $d)
}

rule iobit_unlocker
{
	meta:
		title = "Program that can switch protection off: IObit Unlocker"
		why = "With this program protection software can be stopped or removed from below."
		innocent = "A person who wanted to delete a locked file."
		severity = "medium"
		confidence = 70
		kind = "protection-off"
		family = "IObit Unlocker"
		technique = "T1562.001"
		source = "CISA AA23-352A; analyst knowledge"
		version = 1
	strings:
		$a = "IObit" wide
		$b = "Unlocker" wide
		$c = "IObitUnlocker" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		$c and 1 of ($a, $b)
}

rule process_hacker
{
	meta:
		title = "Program that can switch protection off: Process Hacker / System Informer"
		why = "With this program protection software can be stopped or removed from below."
		innocent = "Technicians use it as a better task manager."
		severity = "medium"
		confidence = 75
		kind = "protection-off"
		family = "Process Hacker / System Informer"
		technique = "T1562.001"
		source = "CISA AA23-352A; analyst knowledge"
		version = 1
	strings:
		$a = "Process Hacker" wide
		$b = "wj32" wide
		$c = "System Informer" wide
		$d = "kprocesshacker" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		(($a and 1 of ($b, $d)) or ($c and $d))
}

rule powertool
{
	meta:
		title = "Program that can switch protection off: PowerTool"
		why = "With this program protection software can be stopped or removed from below."
		innocent = "A technician who hunts a rootkit may have used it."
		severity = "high"
		confidence = 75
		kind = "protection-off"
		family = "PowerTool"
		technique = "T1562.001"
		source = "CISA AA23-352A; analyst knowledge"
		version = 1
	strings:
		$a = "PowerTool" ascii wide
		$b = "kEvP64" ascii wide
		$c = "ithurricane" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		2 of them
}

rule defender_control
{
	meta:
		title = "Program that can switch protection off: Defender Control"
		why = "With this program protection software can be stopped or removed from below."
		innocent = "A user who was tired of Defender."
		severity = "high"
		confidence = 80
		kind = "protection-off"
		family = "Defender Control"
		technique = "T1562.001"
		source = "CISA AA23-352A; analyst knowledge"
		version = 1
	strings:
		$a = "Sordum" ascii wide
		$b = "Defender Control" ascii wide
		$c = "dControl" ascii wide
		$d = "DefenderControl" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		2 of them
}

rule tdsskiller
{
	meta:
		title = "Program that can switch protection off: TDSSKiller"
		why = "With this program protection software can be stopped or removed from below."
		innocent = "A technician who hunted a rootkit; the tool is a free product of Kaspersky."
		severity = "medium"
		confidence = 70
		kind = "protection-off"
		family = "TDSSKiller"
		technique = "T1562.001"
		source = "CISA AA23-352A; analyst knowledge"
		version = 1
	strings:
		$a = "TDSSKiller" ascii wide
		$b = "Kaspersky" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		all of them
}

rule nsudo
{
	meta:
		title = "Program that can switch protection off: NSudo"
		why = "With this program protection software can be stopped or removed from below."
		innocent = "A technician who needed full rights."
		severity = "medium"
		confidence = 75
		kind = "protection-off"
		family = "NSudo"
		technique = "T1562.001"
		source = "CISA AA23-352A; analyst knowledge"
		version = 1
	strings:
		$a = "NSudo" ascii wide
		$b = "M2Team" ascii wide
		$c = "TrustedInstaller" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		2 of them and $a
}

rule backstab
{
	meta:
		title = "Program that can switch protection off: Backstab or a relative"
		why = "With this program protection software can be stopped or removed from below."
		innocent = "Process Explorer carries the same driver, but not these words together."
		severity = "high"
		confidence = 60
		kind = "protection-off"
		family = "Backstab or a relative"
		technique = "T1562.001"
		source = "CISA AA23-352A; analyst knowledge"
		version = 1
	strings:
		$a = "Backstab" ascii wide nocase
		$b = "PROCEXP152" ascii wide
		$e = "kill protected process" ascii wide nocase
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		(($a and 1 of ($b, $e)) or ($b and $e))
}

rule terminator
{
	meta:
		title = "Program that can switch protection off: Terminator and relatives (zam64 driver)"
		why = "With this program protection software can be stopped or removed from below."
		innocent = "The protection product Zemana itself."
		severity = "high"
		confidence = 55
		kind = "protection-off"
		family = "Terminator and relatives (zam64 driver)"
		technique = "T1562.001"
		source = "CISA AA23-352A; analyst knowledge"
		version = 1
	strings:
		$a = "zamguard64" ascii wide nocase
		$b = "\\\\.\\ZemanaAntiMalware" ascii wide nocase
		$c = "Terminator" ascii wide nocase
		$d = "terminat" ascii wide nocase
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		1 of ($a, $b) and 1 of ($c, $d)
}

rule edrsilencer
{
	meta:
		title = "Program that can switch protection off: EDRSilencer"
		why = "With this program protection software can be stopped or removed from below."
		innocent = "A security test that was agreed."
		severity = "high"
		confidence = 75
		kind = "protection-off"
		family = "EDRSilencer"
		technique = "T1562.001"
		source = "CISA AA23-352A; analyst knowledge"
		version = 1
	strings:
		$a = "EDRSilencer" ascii wide nocase
		$b = "blockedr" ascii wide nocase
		$c = "FwpmFilterAdd0" ascii wide
		$d = "Custom Outbound Filter" ascii wide nocase
		$e = "MsMpEng.exe" ascii wide nocase
	condition:
		uint16(0) == 0x5A4D and
		filesize < 10MB and
		(($a and $b) or ($b and $c) or ($c and $d and $e))
}

rule sdelete
{
	meta:
		title = "SDelete"
		why = "SDelete overwrites files so that they cannot be brought back."
		innocent = "ICT staff may use it before a disk is given away."
		severity = "medium"
		confidence = 75
		kind = "anti-forensics"
		family = "SDelete"
		technique = "T1070.004"
		source = "Microsoft Sysinternals"
		version = 1
	strings:
		$a = "Secure file delete" wide
		$b = "sdelete" wide
		$c = "Sysinternals" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 3MB and
		$b and 1 of ($a, $c)
}

rule vulnerable_driver
{
	meta:
		title = "Vulnerable driver known from attacks on protection software"
		why = "Attackers load this old driver to stop protection software from below; compare its hash with the LOLDrivers list."
		innocent = "The hardware tool that the driver belongs to may be installed on purpose."
		severity = "medium"
		confidence = 60
		kind = "protection-off"
		family = ""
		technique = "T1068"
		source = "LOLDrivers"
		version = 1
	strings:
		$a = "RTCore64" wide
		$b = "DBUtilDrv2" wide
		$c = "aswArPot" wide
		$d = "mhyprot2" wide
		$e = "TrueSight" wide
		$f = "rentdrv2" wide
		$g = "ThrottleStop" wide
		$h = "BdApiUtil" wide
		$i = "iqvw64e.sys" wide
		$j = "OriginalFilename" wide
		$k = "ntoskrnl.exe" ascii nocase
		$l = "zam64" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 2MB and
		$j and $k and 1 of ($a, $b, $c, $d, $e, $f, $g, $h, $i, $l)
}

rule script_defender_off
{
	meta:
		title = "Script that switches Windows Defender off"
		why = "Several settings of Defender are switched off or told to look away."
		innocent = "A tuning guide or an ICT script that replaces Defender by another product."
		severity = "high"
		confidence = 70
		kind = "protection-off"
		family = ""
		technique = "T1562.001"
		source = "MITRE ATT&CK T1562.001"
		version = 1
	strings:
		$a1 = /Set-MpPreference[^\r\n]{1,80}-Disable(RealtimeMonitoring|BehaviorMonitoring|IOAVProtection|ScriptScanning|BlockAtFirstSeen|IntrusionPreventionSystem)[: ]{1,2}(\$true|1)/ nocase
		$a2 = /Add-MpPreference[^\r\n]{1,40}-Exclusion(Path|Extension|Process) +["\x27]?([A-Z]:\\?["\x27]?[\r\n ;]|\.?exe|C:\\Users|C:\\Windows|C:\\ProgramData)/ nocase
		$a3 = /reg(\.exe)? +add[^\r\n]{1,120}Windows Defender[^\r\n]{1,80}Disable(AntiSpyware|RealtimeMonitoring|AntiVirus)[^\r\n]{1,40}\/d +1/ nocase
		$a4 = /sc(\.exe)? +(stop|delete|config) +"?(WinDefend|Sense|WdNisSvc|SecurityHealthService)/ nocase
		$a5 = /MpCmdRun(\.exe)?"? +-RemoveDefinitions +-All/ nocase
		$a6 = /(Uninstall|Remove)-WindowsFeature[^\r\n]{0,40}Windows-Defender/ nocase
		$a7 = /taskkill[^\r\n]{0,40}(MsMpEng|SecHealthUI|smartscreen)\.exe/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		2 of ($a*)
}

rule script_stops_many
{
	meta:
		title = "Script that stops databases, backups and protection"
		why = "Ransomware crews stop programs that hold files open, so that these can be encrypted too."
		innocent = "A maintenance script that stops services before an update."
		severity = "high"
		confidence = 60
		kind = "protection-off"
		family = ""
		technique = "T1489"
		source = "MITRE ATT&CK T1489"
		version = 1
	strings:
		$stop = /(net1?|sc)(\.exe)? +stop +"?[A-Za-z]/ nocase
		$kill = /taskkill(\.exe)? [^\r\n]{0,12}\/im? +[a-z"*]/ nocase
		$b1 = "veeam" nocase
		$b2 = "mssql" nocase
		$b3 = "backup" nocase
		$b4 = "sophos" nocase
		$b5 = "vss" nocase
		$b6 = "acronis" nocase
		$b7 = "exchange" nocase
		$b8 = "oracle" nocase
		$b9 = "mcafee" nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		(#stop > 9 or #kill > 14) and 4 of ($b*)
}

rule script_backup_destroy
{
	meta:
		title = "Script that deletes restore points and backups"
		why = "The commands remove shadow copies and backup lists and stop the repair at boot, so that nothing can be brought back."
		innocent = "A clean-up script for a full disk would use one of them, not several; a text about ransomware may quote them."
		severity = "high"
		confidence = 70
		kind = "backup-destroyed"
		family = ""
		technique = "T1490"
		source = "MITRE ATT&CK T1490"
		version = 1
	strings:
		$a1 = /vssadmin(\.exe)? +delete +shadows/ nocase
		$a2 = /wmic(\.exe)? +shadowcopy[^\r\n]{0,60}delete/ nocase
		$a3 = /wbadmin(\.exe)? +delete +(catalog|systemstatebackup|backup)/ nocase
		$a4 = /bcdedit(\.exe)? +\/set +(\{default\} +)?recoveryenabled +no/ nocase
		$a5 = /bcdedit(\.exe)? +\/set +(\{default\} +)?bootstatuspolicy +ignoreallfailures/ nocase
		$a6 = /Get-(WmiObject|CimInstance) +Win32_Shadowcopy[^\r\n]{0,80}(Delete|Remove)/ nocase
		$a7 = /resize +shadowstorage[^\r\n]{0,60}401MB/ nocase
		$a8 = /Remove-VBR(Backup|RestorePoint|Repository)/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		2 of ($a*)
}

rule script_log_clear
{
	meta:
		title = "Script that empties the Windows event logs"
		why = "Without the logs nobody can see what was done on this machine."
		innocent = "A script that prepares a machine image."
		severity = "high"
		confidence = 70
		kind = "anti-forensics"
		family = ""
		technique = "T1070.001"
		source = "MITRE ATT&CK T1070.001"
		version = 1
	strings:
		$a1 = /wevtutil(\.exe)? +(cl|clear-log) +"?(security|system|application|%|\$)/ nocase
		$a2 = /wevtutil(\.exe)? +el[^\r\n]{0,60}wevtutil(\.exe)? +cl/ nocase
		$a3 = /Clear-EventLog[^\r\n]{0,60}(Security|System|Get-EventLog)/ nocase
		$a4 = /fsutil +usn +deletejournal/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		($a2 or #a1 > 1 or 2 of ($a*))
}

rule script_safe_mode
{
	meta:
		title = "Script that makes Windows start in safe mode"
		why = "In safe mode most protection does not run; some ransomware restarts the machine that way before it begins."
		innocent = "A repair that a technician did by hand."
		severity = "high"
		confidence = 60
		kind = "protection-off"
		family = ""
		technique = "T1562.009"
		source = "MITRE ATT&CK T1562.009"
		version = 1
	strings:
		$a = /bcdedit(\.exe)? +\/set +(\{(default|current)\} +)?safeboot +(minimal|network)/ nocase
		$b = /shutdown(\.exe)? +[-\/]r/ nocase
		$c = /Control\\SafeBoot\\(Minimal|Network)\\/ nocase
		$d = /AutoAdminLogon/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and 1 of ($b, $c, $d)
}

rule script_firewall_off
{
	meta:
		title = "Script that opens the firewall and remote desktop"
		why = "The commands switch the firewall off or open remote desktop to the network."
		innocent = "A set-up script of the ICT service."
		severity = "medium"
		confidence = 60
		kind = "protection-off"
		family = ""
		technique = "T1562.004"
		source = "MITRE ATT&CK T1562.004"
		version = 1
	strings:
		$a = /netsh +advfirewall +set +(allprofiles|currentprofile) +state +off/ nocase
		$b = /fDenyTSConnections[^\r\n]{0,40}\/d +0/ nocase
		$c = /netsh +(advfirewall +)?firewall +(add|set) +[^\r\n]{0,80}3389/ nocase
		$d = /LocalAccountTokenFilterPolicy[^\r\n]{0,40}\/d +1/ nocase
		$e = /UserAuthentication[^\r\n]{0,40}\/d +0/ nocase
		$f = /UseLogonCredential[^\r\n]{0,40}\/d +1/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		2 of ($a, $b, $c, $d, $e, $f)
}

rule script_wdigest
{
	meta:
		title = "Script that makes Windows keep passwords in plain text"
		why = "After this setting each sign-on leaves the password readable in memory."
		innocent = "None known."
		severity = "high"
		confidence = 70
		kind = "credential-access"
		family = ""
		technique = "T1112"
		source = "MITRE ATT&CK T1112"
		version = 1
	strings:
		$a = /reg(\.exe)? +add[^\r\n]{0,100}WDigest[^\r\n]{0,60}UseLogonCredential[^\r\n]{0,40}\/d +("?1|0x1)/ nocase
		$b = /(Set|New)-ItemProperty[^\r\n]{0,120}WDigest[^\r\n]{0,60}UseLogonCredential[^\r\n]{0,40} 1/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		any of ($a, $b)
}

rule script_hide_account
{
	meta:
		title = "Script that makes an administrator account"
		why = "The script makes a new account, gives it full rights, and some hide it from the sign-on screen."
		innocent = "A set-up script of the ICT service."
		severity = "medium"
		confidence = 60
		kind = "persistence"
		family = ""
		technique = "T1136.001"
		source = "MITRE ATT&CK T1136.001"
		version = 1
	strings:
		$a = /net1? +user +[^\r\n]{1,60}\/add/ nocase
		$b = /net1? +localgroup +"?(administrators|administrateurs|administratoren|remote desktop users)"? +[^\r\n]{1,60}\/add/ nocase
		$c = /SpecialAccounts\\UserList/ nocase
		$d = /WMIC +USERACCOUNT[^\r\n]{1,80}PasswordExpires=FALSE/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and ($b or $c) and 1 of ($b, $c, $d)
}
