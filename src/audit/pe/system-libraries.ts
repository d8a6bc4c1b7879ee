/** Groups of names that stand for parts of Windows, whatever file has them. */
const API_SETS = /^(?:api|ext)-ms-(?:win|onecore)-/;

/** Libraries that come with every Windows from 10 on, without their ending. */
const SYSTEM = new Set(
  `activeds advapi32 authz avrt bcrypt bcryptprimitives cabinet cfgmgr32 clusapi combase comctl32 comdlg32 credui
  crypt32 cryptbase cryptui d2d1 d3d10 d3d11 d3d12 d3d9 d3dcompiler_47 dbgeng dbghelp dcomp ddraw dhcpcsvc dinput8
  dnsapi dsound dsrole dwmapi dwrite dxgi dxva2 esent evr fltlib fwpuclnt gdi32 gdi32full gdiplus glu32 hid hlink
  httpapi icu icuin icuuc imagehlp imm32 iphlpapi kernel.appcore kernel32 kernelbase ktmw32 logoncli mf mfplat
  mfreadwrite mpr msacm32 mscms msi msimg32 mswsock msvcrt ncrypt ndfapi netapi32 netutils newdev normaliz ntdll
  ntdsapi odbc32 ole32 oleacc oleaut32 opengl32 pdh powrprof profapi propsys psapi quartz rasapi32 resutils rpcrt4
  rstrtmgr samcli sechost secur32 sensapi setupapi shcore shell32 shlwapi slc srvcli sspicli t2embed tbs tdh traffic
  ucrtbase uiautomationcore urlmon user32 userenv usp10 uxtheme version virtdisk webauthn websocket wer wevtapi
  wimgapi windowscodecs winhttp wininet winmm winscard winspool winsta wintrust wkscli wlanapi wldap32
  ws2_32 wscapi wsock32 wtsapi32 xinput1_4 xmllite`.split(/\s+/),
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
