import * as vscode from "vscode";
import { LanguageClient, LanguageClientOptions, ServerOptions } from "vscode-languageclient/node";

let client: LanguageClient | undefined;

function newClient(): LanguageClient {
  const settings = vscode.workspace.getConfiguration("sleeplint");
  const [command, ...args] = settings.get<string[]>("command", ["sleeplint", "server"]);
  const server: ServerOptions = { command, args };
  const options: LanguageClientOptions = {
    documentSelector: [
      { language: "rust", scheme: "file" },
      { language: "python", scheme: "file" },
      { language: "rust", scheme: "untitled" },
      { language: "python", scheme: "untitled" },
    ],
    initializationOptions: { showCost: settings.get("showCost"), rulePacks: settings.get("rulePacks") },
  };
  return new LanguageClient("sleeplint", "sleeplint", server, options);
}

async function start(): Promise<void> {
  client = newClient();
  try {
    await client.start();
  } catch (error) {
    const [command] = vscode.workspace.getConfiguration("sleeplint").get<string[]>("command", ["sleeplint"]);
    void vscode.window.showErrorMessage(
      `sleeplint: \`${command}\` could not be started (${error}). Install it with: pip install 'sleeplint[lsp]'`,
    );
  }
}

async function stop(): Promise<void> {
  const running = client;
  client = undefined;
  if (running?.isRunning()) {
    await running.stop();
  }
}

let restarted: Promise<void> = Promise.resolve();

/** One after the other: settings that change while the server starts must not leave a second one behind. */
function restart(): Promise<void> {
  restarted = restarted.then(stop).then(start);
  return restarted;
}

async function fixAll(): Promise<void> {
  await vscode.commands.executeCommand("editor.action.sourceAction", {
    kind: "source.fixAll.sleeplint",
    apply: "first",
  });
}

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("sleeplint.restart", restart),
    vscode.commands.registerCommand("sleeplint.fixAll", fixAll),
    vscode.workspace.onDidChangeConfiguration(async (event) => {
      if (event.affectsConfiguration("sleeplint")) {
        await restart();
      }
    }),
  );
  await restart();
}

export async function deactivate(): Promise<void> {
  await restarted.then(stop);
}
