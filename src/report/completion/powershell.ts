import type { Surface } from './surface.js';

/** Completion for PowerShell 5 and later. */
export function powershellCompletion({ bin, commands }: Surface): string {
  const rows = commands.map(({ id, summary, flags, values, words: first }) => {
    const words = [...flags.map(({ name }) => name), '--help', ...values, ...first].map(quote).join(', ');
    return `    ${quote(id)} = @{ Text = ${quote(summary)}; Words = @(${words}) }`;
  });
  return `# PowerShell completion for ${bin}. Load it with: ${bin} completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName ${bin} -ScriptBlock {
  param($word, $ast, $cursor)
  $commands = [ordered]@{
${rows.join('\n')}
  }
  $before = @($ast.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { $_.ToString() })
  if ($before.Count -le 1) {
    $commands.Keys | Where-Object { $_ -like "$word*" } | ForEach-Object {
      [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $commands[$_].Text)
    }
    return
  }
  $at = [array]::IndexOf($before, 'command')
  if ($before[1] -eq 'run' -and $at -gt 1) {
    $folder = (Get-Location).ProviderPath
    while ($folder -and -not (Test-Path -LiteralPath (Join-Path $folder '.cpex/commands.tsv'))) { $folder = Split-Path $folder }
    if (-not $folder) { return }
    $rows = @(Get-Content -LiteralPath (Join-Path $folder '.cpex/commands.tsv') | ForEach-Object { ,$_.Split([char]9) })
    $path = '.'
    foreach ($verb in @($before | Select-Object -Skip ($at + 1))) {
      if ($verb -notlike '-*' -and @($rows | Where-Object { $_[0] -eq $path -and $_[1] -eq $verb }).Count) { $path = "$path $verb" }
    }
    $rows | Where-Object { $_[0] -eq $path -and $_[1] -like "$word*" } | ForEach-Object {
      $text = if ($_[2]) { $_[2] } else { $_[1] }
      [System.Management.Automation.CompletionResult]::new($_[1], $_[1], 'ParameterValue', $text)
    }
    return
  }
  $command = $commands[$before[1]]
  if ($null -ne $command) {
    $command.Words | Where-Object { $_ -like "$word*" } | ForEach-Object {
      [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterName', $_)
    }
  }
}
`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
