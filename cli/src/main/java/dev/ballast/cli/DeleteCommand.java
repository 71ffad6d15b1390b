package dev.ballast.cli;

import dev.ballast.model.ItemKey;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(name = "delete", description = "Delete one resource; a pool goes with its backends.")
final class DeleteCommand implements Callable<Integer> {
  private final Shell shell;

  @Parameters(
      index = "0",
      paramLabel = "KIND",
      converter = KindWord.Converter.class,
      completionCandidates = KindWord.Candidates.class,
      showDefaultValue = Visibility.NEVER,
      description =
          "One of ${COMPLETION-CANDIDATES}; also in the singular, or lb, p, be, f, cert, fk, lbs.")
  KindWord kind = KindWord.POOLS;

  @Parameters(
      index = "1",
      paramLabel = "NAME",
      description = "Its name; a backend is POOL/BACKEND.")
  String name = "";

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final WaitOptions waiting = new WaitOptions();

  DeleteCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    ItemKey key = ResourcePath.key(kind.kind(), name);
    try (ApiClient client = server.connect(shell)) {
      JsonNode answer = client.delete(ResourcePath.of(key));
      Edits.print(shell.terminal(), answer.path("edits"));
      return waiting.finish(client, shell.terminal(), answer.path("revision").asString()).number();
    }
  }
}
