import type { Surface } from './surface.js';

/** Completion for PowerShell 5 and later. */
export function powershellCompletion({ bin, commands }: Surface): string {
  const rows = commands.map(({ id, summary, flags, values }) => {
    const words = [...flags.map(({ name }) => name), '--help', ...values].map(quote).join(', ');
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
