/*
 * Web shells: pages through which someone runs commands on a web server.
 * Generic rules want the call in code position (line start, after an opening tag or brace), because text in a
 * comment or a manual proves nothing; even so none of them is strong alone.
 */

rule webshell_php_direct
{
	meta:
		title = "PHP page that runs what a visitor sends"
		why = "The page runs what the visitor sends to it."
		innocent = "A security test, a teaching page or a badly written management page."
		severity = "high"
		confidence = 60
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = /(<\?(php)?\s{1,8}|\)\s{0,4}\{\s{0,8}|[;{}]\s{0,4}[\r\n]\s{0,60})@?(eval|assert|system|passthru|shell_exec|exec|popen|proc_open|pcntl_exec)\s{0,3}\(\s{0,3}@?(stripslashes\(|base64_decode\(|urldecode\(|trim\(|str_rot13\(|gzinflate\(){0,3}\s{0,3}\$_(GET|POST|REQUEST|COOKIE|SERVER\[["\x27]HTTP_|FILES)/ nocase
		$b = /[;{}]\s{0,4}[\r\n]\s{0,60}(echo|print|die\(|\$[a-z0-9_]{1,30}\s{0,3}=)\s{0,3}@?(shell_exec|system|passthru|exec)\s{0,3}\(\s{0,3}\$_(GET|POST|REQUEST|COOKIE|SERVER\[["\x27]HTTP_|FILES)/ nocase
		$tag = "<?"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$tag and 1 of ($a, $b)
}

rule webshell_php_packed
{
	meta:
		title = "PHP page whose code is packed and run in one step"
		why = "Honest pages seldom hide their code in packed form and run it at once; web shells often do."
		innocent = "Some paid plug-ins are packed in this way to hide their licence check."
		severity = "medium"
		confidence = 55
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = /(<\?(php)?\s{1,8}|\)\s{0,4}\{\s{0,8}|[;{}]\s{0,4}[\r\n]\s{0,60})@?(eval|assert|\$[a-z0-9_]{1,20})\s{0,3}\(\s{0,3}(gzinflate|gzuncompress|str_rot13|base64_decode|strrev)\s{0,3}\(\s{0,3}(base64_decode|str_rot13|gzinflate|strrev)\s{0,3}\(/ nocase
		$b = /eval\s{0,3}\(\s{0,3}base64_decode\s{0,3}\(\s{0,3}["\x27][A-Za-z0-9+\/]{500,520}/ nocase
		$tag = "<?"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$tag and 1 of ($a, $b)
}

rule webshell_php_variable
{
	meta:
		title = "PHP page that calls a function named by the visitor"
		why = "The page runs what the visitor sends to it."
		innocent = "A security test, a teaching page or a badly written management page."
		severity = "high"
		confidence = 60
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = /(<\?(php)?\s{1,8}|\)\s{0,4}\{\s{0,8}|[;{}]\s{0,4}[\r\n]\s{0,60})@?\$_(GET|POST|REQUEST|COOKIE|SERVER\[["\x27]HTTP_|FILES)\s{0,2}\[[^\]]{1,40}\]\s{0,3}\(\s{0,3}\$_(GET|POST|REQUEST|COOKIE|SERVER\[["\x27]HTTP_|FILES)/ nocase
		$b = /array_(map|filter|walk)\s{0,3}\(\s{0,3}["\x27](assert|eval|system)["\x27]\s{0,3},\s{0,3}(array\()?\s{0,3}\$_(GET|POST|REQUEST|COOKIE|SERVER\[["\x27]HTTP_|FILES)/ nocase
		$c = /create_function\s{0,3}\(\s{0,3}["\x27]{2}\s{0,3},\s{0,3}\$_(GET|POST|REQUEST|COOKIE|SERVER\[["\x27]HTTP_|FILES)/ nocase
		$d = /preg_replace\s{0,3}\(\s{0,3}["\x27]\/[^\r\n]{0,40}\/[a-z]{0,4}e[a-z]{0,4}["\x27]\s{0,3},\s{0,3}@?\$_(GET|POST|REQUEST|COOKIE|SERVER\[["\x27]HTTP_|FILES)/ nocase
		$tag = "<?"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$tag and 1 of ($a, $b, $c, $d)
}

rule webshell_php_known
{
	meta:
		title = "Known PHP web shell"
		why = "The page carries names and words of a well known web shell."
		innocent = "A scanner for web shells carries the same words."
		severity = "high"
		confidence = 75
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = "c99shell" nocase
		$b = "r57shell" nocase
		$c = "b374k" nocase
		$d = "WSO " ascii
		$e = "FilesMan" ascii
		$f = "weevely" nocase
		$g = "p0wny" nocase
		$h = "AnonymousFox" nocase
		$i = "IndoXploit" nocase
		$j = "Mini Shell" nocase
		$x1 = "<?"
		$x2 = "shell_exec"
		$x3 = "passthru"
		$x4 = "posix_getpwuid"
		$x5 = "move_uploaded_file"
		$x6 = "disable_functions"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$x1 and 1 of ($a, $b, $c, $e, $f, $g, $h, $i, $j, $d) and 3 of ($x2, $x3, $x4, $x5, $x6)
}

rule webshell_php_tiny_upload
{
	meta:
		title = "Small PHP page that stores what a visitor uploads"
		why = "The page takes any file from a visitor and stores it on the server."
		innocent = "A small upload page made by a web editor."
		severity = "medium"
		confidence = 45
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = "move_uploaded_file" nocase
		$b = "$_FILES"
		$c = "<form" nocase
		$d = "getcwd()" nocase
		$e = "php_uname" nocase
		$f = "$_SERVER['DOCUMENT_ROOT']" nocase
		$tag = "<?"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 8KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$tag and $a and $b and $c and 1 of ($d, $e, $f)
}

rule webshell_asp_chopper
{
	meta:
		title = "ASP or ASPX one-line web shell"
		why = "The page runs what the visitor sends; this one line is known as China Chopper."
		innocent = "None known."
		severity = "high"
		confidence = 85
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = /<%\s{0,10}(@\s{0,5}Page[^>%]{0,80}%>\s{0,10}<%\s{0,10})?(eval|execute|executeglobal)[\s(]{1,6}request/ nocase
		$b = /<script[^>]{0,60}runat\s{0,3}=\s{0,3}["\x27]?server["\x27]?[^>]{0,40}>[^<]{0,200}\beval\s{0,3}\(\s{0,3}Request/ nocase
		$c = /<%@\s{0,5}Page[^>]{0,80}Jscript[^>]{0,40}%>\s{0,10}<%\s{0,10}eval\s{0,3}\(/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		any of ($a, $b, $c)
}

rule webshell_aspx_command
{
	meta:
		title = "ASPX page that starts programs on the server"
		why = "The page starts the command line with what the visitor sends."
		innocent = "A security test, a teaching page or a badly written management page."
		severity = "high"
		confidence = 70
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = /<script[^>]{0,60}runat\s{0,3}=\s{0,3}["\x27]?server/ nocase
		$a2 = /<%@\s{0,5}(Page|WebHandler)/ nocase
		$b = /(FileName\s{0,3}=\s{0,3}"|new\s{1,3}ProcessStartInfo\s{0,3}\(\s{0,3}"|[;{}\n]\s{0,60}(System\.Diagnostics\.)?Process\.Start\s{0,3}\(\s{0,3}")(c:\\\\windows\\\\system32\\\\)?(cmd|powershell)/ nocase
		$c = /(RedirectStandardOutput\s{0,3}=\s{0,3}true)/ nocase
		$d = /Request(\.(Form|QueryString|Item|Params|Headers|Cookies))?\s{0,2}[\[(.]/ nocase
		$e = ".Text"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		1 of ($a, $a2) and $b and 1 of ($c, $d) and 1 of ($d, $e)
}

rule webshell_aspx_load
{
	meta:
		title = "ASPX page that loads a program sent by the visitor"
		why = "The page loads program code from the request into memory, so that nothing stands on the disk."
		innocent = "A security test, a teaching page or a badly written management page."
		severity = "high"
		confidence = 75
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = /<%@\s{0,5}(Page|WebHandler)/ nocase
		$b = "Assembly.Load" nocase
		$c = "FromBase64String" nocase
		$d = "CreateInstance" nocase
		$e = "RijndaelManaged" nocase
		$f = "CreateDecryptor" nocase
		$g = "Request" nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and $b and $g and $d and 1 of ($c, $e, $f)
}

rule webshell_jsp_command
{
	meta:
		title = "JSP page that starts programs on the server"
		why = "The page starts the command line with what the visitor sends."
		innocent = "A security test, a teaching page or a badly written management page."
		severity = "high"
		confidence = 65
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = /[;{}=%(]\s{0,20}Runtime\s{0,2}\.\s{0,2}getRuntime\s{0,2}\(\s{0,2}\)\s{0,2}\.\s{0,2}exec\s{0,2}\(/ nocase
		$a2 = /new\s{1,3}(java\.lang\.)?ProcessBuilder\s{0,2}\(/ nocase
		$b = "request.getParameter" nocase
		$c = "request.getHeader" nocase
		$d = "getInputStream" nocase
		$e = "<%"
		$f = "<jsp:scriptlet" nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		1 of ($a, $a2) and 1 of ($b, $c) and $d and 1 of ($e, $f)
}

rule webshell_jsp_load
{
	meta:
		title = "JSP page that loads a program sent by the visitor"
		why = "The page turns data of the request into program code in memory (as Behinder and Godzilla do)."
		innocent = "A security test, a teaching page or a badly written management page."
		severity = "high"
		confidence = 75
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = "defineClass" nocase
		$b = "ClassLoader" nocase
		$c = "<%"
		$d = "request.getReader" nocase
		$e = "request.getParameter" nocase
		$f = "AES" ascii
		$g = "BASE64Decoder" nocase
		$h = "Base64" ascii
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$c and $a and $b and 1 of ($d, $e) and $f and 1 of ($g, $h)
}

rule webshell_sharepoint_key
{
	meta:
		title = "Page that prints the machine keys of a SharePoint or IIS server"
		why = "With these keys an intruder can come back even after the hole was closed; the page shows them to a visitor."
		innocent = "None known."
		severity = "high"
		confidence = 85
		kind = "webshell"
		family = "ToolShell"
		technique = "T1505.003"
		source = "Microsoft and CISA on CVE-2025-53770"
		version = 1
	strings:
		$a = /<%@\s{0,5}(Page|Import)/ nocase
		$b = "MachineKeySection" nocase
		$c = "ValidationKey" nocase
		$d = "DecryptionKey" nocase
		$e = "Response.Write" nocase
		$f = "GetApplicationConfig" nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and $b and $c and 1 of ($d, $f) and $e
}

rule webshell_auto_prepend
{
	meta:
		title = "Web server setting that runs a hidden page before every page"
		why = "The setting makes the server run one more file with each page; intruders use it to come back."
		innocent = "None known."
		severity = "high"
		confidence = 65
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = /(^|\n)\s{0,8}(php_value\s{1,4})?auto_(prepend|append)_file\s{0,4}[= ]\s{0,4}["\x27]?[^\r\n"\x27 ;]{3,200}\.(jpg|jpeg|png|gif|ico|txt|log|css|tmp|bak)/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 64KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a
}

rule webshell_cfm_command
{
	meta:
		title = "ColdFusion page that starts programs on the server"
		why = "The page starts the command line with what the visitor sends."
		innocent = "A security test, a teaching page or a badly written management page."
		severity = "high"
		confidence = 65
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = /<cfexecute[^>]{0,120}name\s{0,3}=\s{0,3}["\x27]#?(form|url|cmd|c:\\windows\\system32\\cmd)/ nocase
		$b = "<cfoutput" nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		all of ($a, $b)
}

rule webshell_php_callback
{
	meta:
		title = "Short PHP page that hands what a visitor sends to a function by its name"
		why = "The page calls a function that the visitor chooses, or gives the visitor's text to a function that runs it."
		innocent = "A badly written page of a small application."
		severity = "medium"
		confidence = 50
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; manual of PHP on callbacks; analyst knowledge"
		version = 1
	strings:
		$a = /[^A-Za-z0-9_](uksort|usort|uasort|array_(map|filter|walk|walk_recursive|reduce|diff_ukey|diff_uassoc|udiff|udiff_assoc|udiff_uassoc|uintersect|uintersect_assoc|intersect_ukey|intersect_uassoc)|call_user_func(_array)?|register_(shutdown|tick)_function|preg_replace_callback|preg_replace|preg_filter|forward_static_call(_array)?|iterator_apply|filter_var(_array)?|mb_eregi?_replace|create_function|ob_start|header_register_callback|set_error_handler|assert)\s{0,3}\([^;{}]{0,200}\$_(GET|POST|REQUEST|COOKIE|SERVER)\b/ nocase
		$usual = /(array_map|array_walk|array_filter|call_user_func|filter_var|preg_replace)\s{0,3}\(\s{0,3}(["\x27](trim|intval|htmlspecialchars|htmlentities|stripslashes|stripslashes_deep|addslashes|strip_tags|urldecode|floatval|sanitize_[a-z_]{1,40}|mysql_real_escape_string|esc_[a-z]{1,20}|wp_[a-z_]{1,40}|is_[a-z]{1,20}|[\/#~@][^"\x27]{1,120}[\/#~@][imsxu]{0,4})["\x27]|\$_(GET|POST|REQUEST|COOKIE|SERVER)\[[^\]]{1,40}\]\s{0,3},\s{0,3}FILTER_|array\s{0,2}\(\s{0,2}\$this|\[\s{0,2}\$this|\$_(GET|POST|REQUEST|COOKIE)\s{0,2},\s{0,2}["\x27](strip|trim|clean|[bcdf-ru-z]))/ nocase
		$tag = "<?"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1500 and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x464C457F and
		not $rule_text and
		$tag and $a and not $usual
}

rule webshell_php_command_form
{
	meta:
		title = "Short PHP page that takes a command from a form and runs it"
		why = "The page reads a text that the visitor sent and runs a command with it."
		innocent = "A small management page that somebody wrote for himself."
		severity = "medium"
		confidence = 50
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$in = /\$_(GET|POST|REQUEST|COOKIE|SERVER\s{0,2}\[\s{0,2}["\x27]HTTP_)/
		$in2 = "php://input" nocase
		$run = /[^A-Za-z0-9_>\$:](system|passthru|shell_exec|exec|popen|proc_open|pcntl_exec|eval)\s{0,3}\(\s{0,3}["\x27]?[^;)\n]{0,60}\$/ nocase
		$safe = "escapeshell" nocase
		$query = /\$[a-z_]{1,20}->(exec|query|prepare)\s{0,2}\(/ nocase
		$curl = "curl_exec(" nocase
		$tag = "<?"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 5KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x464C457F and
		not $rule_text and
		$tag and 1 of ($in, $in2) and $run and not $safe and not $query and not $curl
}

rule webshell_php_runner
{
	meta:
		title = "PHP page that tries one way after another to run a command"
		why = "The page tries all functions by which commands can be run until one is allowed. Honest software uses one."
		innocent = "A tool that tests what a web server allows."
		severity = "high"
		confidence = 60
		kind = "webshell"
		family = ""
		technique = "T1505.003"
		source = "MITRE ATT&CK T1505.003; analyst knowledge"
		version = 1
	strings:
		$a = /@?\bexec\s{0,2}\(\s{0,2}\$[a-z0-9_]{1,20}\s{0,2},\s{0,2}\$/ nocase
		$b = /@?\bshell_exec\s{0,2}\(\s{0,2}\$/ nocase
		$c = /@?\bpassthru\s{0,2}\(\s{0,2}\$/ nocase
		$d = /@?\bsystem\s{0,2}\(\s{0,2}\$/ nocase
		$e = /@?\bpopen\s{0,2}\(\s{0,2}\$/ nocase
		$f = "ob_get_contents(" nocase
		$tag = "<?"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x464C457F and
		not $rule_text and
		$tag and $b and $c and $d and 1 of ($a, $e) and $f
}
