/*
 * Remote control, tunnels and proxies. A tool that a town may use itself is reported as present, never as
 * an attack: severity medium at most. The rules match the program (header first), not a text that names it.
 */

rule rmm_anydesk
{
	meta:
		title = "Remote control program AnyDesk"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "AnyDesk"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "AnyDesk Software GmbH" wide
		$b = "philandro Software GmbH" wide
		$c = "AnyDesk" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		$c and 1 of ($a, $b)
}

rule rmm_teamviewer
{
	meta:
		title = "Remote control program TeamViewer"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "low"
		confidence = 70
		kind = "remote-access"
		family = "TeamViewer"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "TeamViewer Germany GmbH" wide
		$b = "TeamViewer GmbH" wide
		$c = "OriginalFilename" wide
		$d = "TeamViewer" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		$c and $d and 1 of ($a, $b)
}

rule rmm_screenconnect
{
	meta:
		title = "Remote control program ScreenConnect"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "ScreenConnect"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "ScreenConnect.ClientService" ascii wide
		$b = "ScreenConnect.WindowsClient" ascii wide
		$c = "ScreenConnect Software" ascii wide
		$d = "ScreenConnect.Core" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule rmm_atera
{
	meta:
		title = "Remote control program Atera agent"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "Atera agent"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "AteraAgent" wide
		$b = "ATERA Networks" wide
		$c = "agent-api.atera.com" ascii wide
		$d = "IntegratorLogin" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule rmm_splashtop
{
	meta:
		title = "Remote control program Splashtop"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "Splashtop"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "Splashtop Inc." wide
		$b = "Splashtop" wide
		$c = "SRServer" wide
		$d = "Streamer" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		$a and 1 of ($c, $d) and $b
}

rule rmm_rustdesk
{
	meta:
		title = "Remote control program RustDesk"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "RustDesk"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "rs-ny.rustdesk.com" ascii wide
		$b = "rustdesk.com" ascii wide
		$c = "RustDesk" wide
		$d = "librustdesk" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule rmm_meshagent
{
	meta:
		title = "Remote control program MeshAgent"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "MeshAgent"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "MeshAgent" ascii wide
		$b = "MeshServer=" ascii
		$c = "meshcore" ascii
		$d = "AgentCore/MeshServer_" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		3 of them
}

rule rmm_meshagent_linux
{
	meta:
		title = "Remote control program MeshAgent"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "MeshAgent"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "MeshAgent" ascii
		$b = "MeshServer=" ascii
		$c = "meshcore" ascii
		$d = "AgentCore/MeshServer_" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 50MB and
		3 of them
}

rule rmm_simplehelp
{
	meta:
		title = "Remote control program SimpleHelp"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 60
		kind = "remote-access"
		family = "SimpleHelp"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "SimpleHelp Ltd" ascii wide
		$b = "SimpleHelp" ascii wide
		$c = "JWrapper" ascii wide
		$d = "Remote Access Service" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		(($a and $b) or ($b and $c and $d))
}

rule rmm_action1
{
	meta:
		title = "Remote control program Action1"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "Action1"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "Action1 Corporation" wide
		$b = "action1_agent" ascii wide
		$c = "server.action1.com" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule rmm_fleetdeck
{
	meta:
		title = "Remote control program FleetDeck"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "FleetDeck"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "fleetdeck_agent" ascii wide
		$b = "fleetdeck.io" ascii wide
		$c = "FleetDeck" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule rmm_remote_utilities
{
	meta:
		title = "Remote control program Remote Utilities / RMS"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "Remote Utilities / RMS"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "Usoris Systems" wide
		$b = "Remote Utilities" wide
		$c = "Remote Manipulator System" wide
		$d = "TektonIT" wide
		$e = "rutserv" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule rmm_ultraviewer
{
	meta:
		title = "Remote control program UltraViewer"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "UltraViewer"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "DucFabulous" wide
		$b = "UltraViewer" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		all of them
}

rule rmm_supremo
{
	meta:
		title = "Remote control program SupRemo"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "SupRemo"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "Nanosystems S.r.l." wide
		$b = "Supremo" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		all of them
}

rule rmm_ammyy
{
	meta:
		title = "Remote control program Ammyy Admin"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 75
		kind = "remote-access"
		family = "Ammyy Admin"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "Ammyy Admin" ascii wide
		$b = "Ammyy LLC" ascii wide
		$c = "rl.ammyy.com" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule rmm_netsupport
{
	meta:
		title = "Remote control program NetSupport Manager"
		why = "This program lets someone see and steer the machine; under a user profile it is nearly always an intruder, in Program Files it may be the school edition."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "NetSupport Manager"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "NetSupport Ltd" wide
		$b = "NetSupport" wide
		$c = "client32" wide
		$d = "PCICL32.DLL" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		$b and 2 of ($a, $c, $d)
}

rule rmm_dwagent
{
	meta:
		title = "Remote control program DWAgent"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "DWAgent"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "DWSNET" wide
		$b = "dwagent" ascii wide
		$c = "dwservice.net" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule rmm_radmin
{
	meta:
		title = "Remote control program Radmin server"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "Radmin server"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "Famatech" wide
		$b = "Radmin Server" wide
		$c = "rserver3" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		$a and 1 of ($b, $c)
}

rule rmm_vnc
{
	meta:
		title = "Remote control program VNC server"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "low"
		confidence = 60
		kind = "remote-access"
		family = "VNC server"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "TightVNC Server" wide
		$b = "WinVNC" wide
		$c = "UltraVNC" wide
		$d = "VNC Server" wide
		$e = "VNC" wide
		$f = "GlavSoft" wide
		$g = "RealVNC" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		$e and 2 of ($a, $b, $c, $d, $f, $g)
}

rule rmm_tactical
{
	meta:
		title = "Remote control program Tactical RMM"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 80
		kind = "remote-access"
		family = "Tactical RMM"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "tacticalrmm" ascii wide
		$b = "amidaware/rmmagent" ascii wide
		$c = "wh1te909/rmmagent" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		$a and 1 of ($b, $c)
}

rule rmm_ninja
{
	meta:
		title = "Remote control program NinjaRMM agent"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "low"
		confidence = 70
		kind = "remote-access"
		family = "NinjaRMM agent"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "NinjaRMM" wide
		$b = "NinjaOne" wide
		$c = "ninjarmm.com" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule rmm_level
{
	meta:
		title = "Remote control program Level agent"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 60
		kind = "remote-access"
		family = "Level agent"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "level-windows-" ascii wide
		$b = "agents.level.io" ascii wide
		$c = "builds.level.io" ascii wide
		$d = "levelsoftware/" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 100MB and
		2 of them
}

rule rmm_zoho
{
	meta:
		title = "Remote control program Zoho Assist"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "low"
		confidence = 70
		kind = "remote-access"
		family = "Zoho Assist"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "Zoho Corporation" wide
		$b = "Zoho Assist" wide
		$c = "ZohoURS" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		$a and 1 of ($b, $c)
}

rule rmm_getscreen
{
	meta:
		title = "Remote control program Getscreen.me"
		why = "With this program someone outside can see and steer the machine; attackers like to use programs that protection software trusts."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 65
		kind = "remote-access"
		family = "Getscreen.me"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "getscreen.me" ascii wide
		$b = "Getscreen.me" wide
		$c = "Point B Ltd" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule tunnel_ngrok_windows
{
	meta:
		title = "Tunnel or proxy program ngrok"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 75
		kind = "remote-access"
		family = "ngrok"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "ngrok.com" ascii
		$b = "tunnel.ngrok" ascii
		$c = "go.ngrok.com" ascii
		$d = "authtoken" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 64MB and
		3 of them
}

rule tunnel_ngrok_linux
{
	meta:
		title = "Tunnel or proxy program ngrok"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 75
		kind = "remote-access"
		family = "ngrok"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "ngrok.com" ascii
		$b = "tunnel.ngrok" ascii
		$c = "go.ngrok.com" ascii
		$d = "authtoken" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 64MB and
		3 of them
}

rule tunnel_cloudflared_windows
{
	meta:
		title = "Tunnel or proxy program cloudflared"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 80
		kind = "remote-access"
		family = "cloudflared"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "github.com/cloudflare/cloudflared" ascii
		$b = "argotunnel.com" ascii
		$c = "cfd_tunnel" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 100MB and
		2 of them
}

rule tunnel_cloudflared_linux
{
	meta:
		title = "Tunnel or proxy program cloudflared"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 80
		kind = "remote-access"
		family = "cloudflared"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "github.com/cloudflare/cloudflared" ascii
		$b = "argotunnel.com" ascii
		$c = "cfd_tunnel" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 100MB and
		2 of them
}

rule tunnel_chisel_windows
{
	meta:
		title = "Tunnel or proxy program Chisel"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 85
		kind = "remote-access"
		family = "Chisel"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "jpillora/chisel" ascii
		$b = "chisel-v3" ascii
		$c = "CHISEL_KEY" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule tunnel_chisel_linux
{
	meta:
		title = "Tunnel or proxy program Chisel"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 85
		kind = "remote-access"
		family = "Chisel"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "jpillora/chisel" ascii
		$b = "chisel-v3" ascii
		$c = "CHISEL_KEY" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 50MB and
		2 of them
}

rule tunnel_ligolo_windows
{
	meta:
		title = "Tunnel or proxy program Ligolo-ng"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 85
		kind = "remote-access"
		family = "Ligolo-ng"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "ligolo-ng" ascii nocase
		$b = "nicocha30/ligolo" ascii
		$c = "sysdream/ligolo" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		$a and 1 of ($b, $c)
}

rule tunnel_ligolo_linux
{
	meta:
		title = "Tunnel or proxy program Ligolo-ng"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 85
		kind = "remote-access"
		family = "Ligolo-ng"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "ligolo-ng" ascii nocase
		$b = "nicocha30/ligolo" ascii
		$c = "sysdream/ligolo" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 50MB and
		$a and 1 of ($b, $c)
}

rule tunnel_frp_windows
{
	meta:
		title = "Tunnel or proxy program frp"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 85
		kind = "remote-access"
		family = "frp"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "github.com/fatedier/frp" ascii
		$b = "fatedier/golib" ascii
		$c = "frpc" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		2 of them
}

rule tunnel_frp_linux
{
	meta:
		title = "Tunnel or proxy program frp"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 85
		kind = "remote-access"
		family = "frp"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "github.com/fatedier/frp" ascii
		$b = "fatedier/golib" ascii
		$c = "frpc" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 50MB and
		2 of them
}

rule tunnel_gost_windows
{
	meta:
		title = "Tunnel or proxy program GOST"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 80
		kind = "remote-access"
		family = "GOST"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "ginuerzh/gost" ascii
		$b = "go-gost/" ascii
		$c = "go-gost/gost" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		($a or ($b and $c))
}

rule tunnel_gost_linux
{
	meta:
		title = "Tunnel or proxy program GOST"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 80
		kind = "remote-access"
		family = "GOST"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "ginuerzh/gost" ascii
		$b = "go-gost/" ascii
		$c = "go-gost/gost" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 50MB and
		($a or ($b and $c))
}

rule tunnel_revsocks_windows
{
	meta:
		title = "Tunnel or proxy program revsocks / rsocx"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 60
		kind = "remote-access"
		family = "revsocks / rsocx"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "kost/revsocks" ascii
		$b = "rsocx" ascii
		$c = "armon/go-socks5" ascii
		$d = "-connect address:port" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 50MB and
		(($a and $c) or ($b and $d))
}

rule tunnel_revsocks_linux
{
	meta:
		title = "Tunnel or proxy program revsocks / rsocx"
		why = "This program makes a way out through the firewall, so that someone outside reaches machines inside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "medium"
		confidence = 60
		kind = "remote-access"
		family = "revsocks / rsocx"
		technique = "T1572"
		source = "Analyst knowledge; project pages"
		version = 1
	strings:
		$a = "kost/revsocks" ascii
		$b = "rsocx" ascii
		$c = "armon/go-socks5" ascii
		$d = "-connect address:port" ascii
	condition:
		uint32(0) == 0x464C457F and
		filesize < 50MB and
		(($a and $c) or ($b and $d))
}

rule tunnel_plink
{
	meta:
		title = "Tunnel or proxy program Plink (PuTTY)"
		why = "Plink makes SSH connections from the command line and can open a way into the network from outside."
		innocent = "The ICT service or a supplier may use it: compare with the list of approved tools."
		severity = "low"
		confidence = 75
		kind = "remote-access"
		family = "Plink (PuTTY)"
		technique = "T1572"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "Simon Tatham" wide
		$b = "Plink" wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 5MB and
		all of them
}

rule proxy_systembc
{
	meta:
		title = "Tunnel or proxy program SystemBC"
		why = "SystemBC is a proxy program that ransomware groups leave behind to come back in."
		innocent = "None known."
		severity = "high"
		confidence = 80
		kind = "remote-access"
		family = "SystemBC"
		technique = "T1090"
		source = "CISA AA23-352A; analyst knowledge"
		version = 1
	strings:
		$a = "BEGINDATA" ascii
		$b = "HOST1:" ascii
		$c = "HOST2:" ascii
		$d = "PORT1:" ascii
		$e = "TOR:" ascii
	condition:
		uint16(0) == 0x5A4D and
		filesize < 2MB and
		$a and 3 of ($b, $c, $d, $e)
}

rule proxy_systembc_script
{
	meta:
		title = "SystemBC proxy as a PowerShell script"
		why = "The script turns the machine into a relay for someone outside; ransomware groups use it to keep their access."
		innocent = "A test script for SOCKS5 written by an administrator."
		severity = "high"
		confidence = 65
		kind = "remote-access"
		family = "SystemBC"
		technique = "T1090"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "System.Net.Sockets.TcpClient" ascii wide nocase
		$b = "socks5" ascii wide nocase
		$c = "$rc4" ascii wide nocase
		$d = "Rc4_crypt" ascii wide nocase
		$e = "[byte[]]$buffer" ascii wide nocase
		$f = "BeginAccept" ascii wide nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 1MB and
		uint16(0) != 0x5A4D and
		not $rule_text and
		$a and 1 of ($b, $d, $c) and 2 of ($c, $d, $e, $f)
}

rule config_ngrok
{
	meta:
		title = "ngrok configuration with an account token"
		why = "The token in this file names the account through which the tunnel was opened: a lead for the police."
		innocent = "A developer who uses ngrok."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "ngrok"
		technique = "T1572"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = /\nauthtoken: ?[0-9A-Za-z]{20,}_[0-9A-Za-z]{10,}/
		$b = /^\s{0,8}(agent:\s{1,12})?authtoken: ?[0-9A-Za-z]{20,}/
		$c = "tunnels:"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 64KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		($a or ($b and $c))
}

rule config_meshagent
{
	meta:
		title = "MeshAgent settings with the server address"
		why = "The file names the server that steers this machine; an unknown server is not yours."
		innocent = "A supplier that works with MeshCentral."
		severity = "medium"
		confidence = 75
		kind = "remote-access"
		family = "MeshAgent"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "MeshServer=ws"
		$b = "MeshID="
		$c = "ServerID="
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 64KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		$a and 1 of ($b, $c)
}

rule config_frp
{
	meta:
		title = "frp client settings"
		why = "The file names the outside server to which the machine opens a tunnel."
		innocent = "A developer or a supplier who uses frp on purpose."
		severity = "medium"
		confidence = 65
		kind = "remote-access"
		family = "frp"
		technique = "T1572"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 2
	strings:
		$a = /serverAddr["']?[ \t]{0,4}[=:]/
		$b = /serverPort["']?[ \t]{0,4}[=:]/
		$c = "[[proxies]]"
		$d = "server_addr ="
		$e = "server_port ="
		$f = "remote_port"
		$g = /remotePort["']?[ \t]{0,4}[=:]/
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 64KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		(($a and $b and ($c or $g)) or ($d and $e and $f))
}

rule config_anydesk_password
{
	meta:
		title = "AnyDesk settings with a password for access without a person present"
		why = "With this password someone can take over the machine at any time; set just before an incident it is a way back in."
		innocent = "A supplier that has set up unattended access."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "AnyDesk"
		technique = "T1219"
		source = "LOLRMM; analyst knowledge"
		version = 1
	strings:
		$a = "ad.anynet.pwd_hash="
		$b = "ad.anynet.pwd_salt="
		$c = "ad.security.permission_profiles._unattended_access.pwd="
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 200KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		any of ($a, $b, $c)
}

rule config_rdpwrap
{
	meta:
		title = "RDP Wrapper settings"
		why = "RDP Wrapper opens remote desktop for several people at once on a PC that does not allow it."
		innocent = "Someone who wanted to share a PC."
		severity = "medium"
		confidence = 70
		kind = "remote-access"
		family = "RDP Wrapper"
		technique = "T1505.005"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "LocalOnlyPatch.x64"
		$b = "SingleUserPatch.x64"
		$c = "RDP Wrapper Library"
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 2MB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		2 of ($a, $b, $c)
}

rule program_rdpwrap
{
	meta:
		title = "RDP Wrapper library"
		why = "This library replaces the remote desktop service so that several people can work at once without being seen."
		innocent = "Someone who wanted to share a PC."
		severity = "medium"
		confidence = 75
		kind = "remote-access"
		family = "RDP Wrapper"
		technique = "T1505.005"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = "rdpwrap.ini" ascii wide
		$b = "RDP Wrapper" ascii wide
		$c = "SingleUserPatch" ascii wide
	condition:
		uint16(0) == 0x5A4D and
		filesize < 5MB and
		$b and 1 of ($a, $c)
}

rule script_ssh_reverse
{
	meta:
		title = "Script that opens a reverse SSH tunnel"
		why = "The command lets a machine outside reach a port inside through SSH."
		innocent = "A maintenance connection of a supplier."
		severity = "medium"
		confidence = 55
		kind = "remote-access"
		family = "OpenSSH"
		technique = "T1572"
		source = "Analyst knowledge, not re-verified on a sample"
		version = 1
	strings:
		$a = /(ssh|plink|autossh)(\.exe)? [^\r\n]{0,120}-R ?[0-9.:*]{0,24}:?(127\.0\.0\.1|localhost|10\.[0-9.]{5,11}|192\.168\.[0-9.]{3,7}):(22|3389|445|5985)\b/ nocase
		$b = /-R [0-9]{2,5}:(127\.0\.0\.1|localhost|10\.[0-9.]{5,11}|192\.168\.[0-9.]{3,7}):(3389|445)\b/ nocase
		$c = /-o (StrictHostKeyChecking|UserKnownHostsFile)=(no|accept-new|\/dev\/null)/ nocase
		$rule_text = /\n[ \t]{1,8}conditio[n]:/
	condition:
		filesize < 100KB and
		uint16(0) != 0x5A4D and
		uint32(0) != 0x46666C45 and
		uint32(0) != 0x66676572 and
		not $rule_text and
		($b or ($a and $c))
}
