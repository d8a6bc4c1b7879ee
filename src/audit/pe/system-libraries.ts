/** Groups of names that stand for parts of Windows, whatever file has them. */
const API_SETS = /^(?:api|ext)-ms-(?:win|onecore)-/;

/** Libraries that come with every Windows from 10 on, without their ending. */
const SYSTEM = new Set(
  `activeds advapi32 authz avicap32 avrt bcrypt bcryptprimitives bluetoothapis cabinet cfgmgr32 clusapi combase
  comctl32 comdlg32 coremessaging credui crypt32 cryptbase cryptui d2d1 d3d10 d3d11 d3d12 d3d9 d3dcompiler_47 dbgcore
  dbgeng dbghelp dcomp ddraw dhcpcsvc dinput8 dnsapi dsound dsrole dsuiext dwmapi dwrite dxcore dxgi dxva2 esent evr
  fltlib fontsub fwpuclnt gdi32 gdi32full gdiplus glu32 hhctrl hid hlink httpapi icu icuin icuuc imagehlp imm32
  inetcomm inseng iphlpapi kernel.appcore kernel32 kernelbase ktmw32 logoncli mapi32 mf mfplat mfreadwrite mpr mprapi
  msacm32 mscms mscoree msctf msdmo msftedit msi msimg32 msimtf mstask msvcrt msvfw32 mswsock ncrypt nddeapi ndfapi
  netapi32 netutils newdev normaliz ntdll ntdsapi ntprint odbc32 odbccp32 ole32 oleacc oleaut32 oledlg olepro32
  opengl32 pdh powrprof prntvpt profapi propsys psapi quartz rasapi32 resutils riched20 rpcrt4 rstrtmgr rtworkq
  samcli samlib schannel sechost secur32 sensapi setupapi sfc shcore shell32 shfolder shlwapi slc snmpapi spoolss
  srclient srvcli sspicli sxs t2embed tbs tdh traffic ucrtbase uiautomationcore urlmon user32 userenv usp10 uxtheme
  version virtdisk wdi webauthn webservices websocket wer wevtapi wimgapi win32u winbio windowscodecs winhttp wininet
  winmm winscard winspool winsta wintrust winusb wkscli wlanapi wldap32 wldp wmvcore ws2_32 wscapi wsdapi wsock32
  wtsapi32 xinput1_4 xmllite xolehlp`.split(/\s+/),
);
/** Parts of Windows whose names do not end in .dll. */
const SYSTEM_DRIVERS = new Set(['winspool.drv', 'bthprops.cpl', 'msacm32.drv']);

/** The run time of MinGW's compilers, and the whole systems that they are built for. */
const COMPILER_RUNTIME =
  /^(?:lib(?:gcc_s_\w+-1|winpthread-1|stdc\+\+-6|c\+\+|c\+\+abi|unwind|ssp-0|quadmath-0|gomp-1|omp|atomic-1|gfortran-\d+|mcfgthread-\d+)|cygwin1|msys-2\.0)\.dll$/;
const DEBUG_RUNTIME = /^(?:ucrtbased|msvcrtd|msvcr\d+d|(?:vcruntime|msvcp|concrt)\d+(?:_\w+)?d|vccorlib\d+d)\.dll$/;
const REDISTRIBUTABLE = /^(?:vcruntime|msvcp|concrt|vccorlib|vcomp)14\d(?:_\w+)?\.dll$/;

/** What a needed library is to a plugin. */
export type LibraryKind = 'system' | 'compiler-runtime' | 'debug-runtime' | 'redistributable' | 'path' | 'other';

/** Tells what a needed library is by its name; Windows does not care for upper and lower case. */
export function libraryKind(name: string): LibraryKind {
  const lower = name.toLowerCase();
  if (/[\\/:]/.test(lower)) return 'path';
  if (COMPILER_RUNTIME.test(lower)) return 'compiler-runtime';
  if (DEBUG_RUNTIME.test(lower)) return 'debug-runtime';
  if (REDISTRIBUTABLE.test(lower)) return 'redistributable';
  const known = API_SETS.test(lower) || SYSTEM.has(lower.replace(/\.dll$/, '')) || SYSTEM_DRIVERS.has(lower);
  return known ? 'system' : 'other';
}
