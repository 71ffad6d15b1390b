package dev.ballast.cli;

import dev.ballast.model.Kind;
import dev.ballast.model.Resource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

@Command(
    name = "get",
    description = "Show resources. What -o yaml and -o json print can be applied again as it is.")
final class GetCommand implements Callable<Integer> {
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
      arity = "0..1",
      paramLabel = "NAME",
      description = "One of them; a backend is POOL/BACKEND, and POOL is all backends of a pool.")
  @Nullable String name;

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final FormatOption output = new FormatOption();

  GetCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    try (ApiClient client = server.connect(shell)) {
      print(Configuration.list(client, Configuration.viewOf(kind.kind()), shell.clock().instant()));
    }
    return ExitCode.DONE.number();
  }

  private void print(Configuration configuration) {
    List<Resource> resources = configuration.of(kind.kind()).stream().filter(selection()).toList();
    if (resources.isEmpty() && name != null) {
      throw new CommandFailed("there is no " + kind.kind().documentName() + " " + name);
    }
    Terminal terminal = shell.terminal();
    switch (output.format) {
      case TABLE -> terminal.print(new ResourceTables(configuration).of(kind, resources));
      case JSON ->
          terminal.out().print(json(resources.stream().map(configuration::document).toList()));
      case YAML ->
          terminal.out().print(Yaml.joined(resources.stream().map(configuration::yaml).toList()));
    }
  }

  private String json(List<JsonNode> documents) {
    return isOne() ? Json.pretty(documents.getFirst()) : Json.pretty(documents);
  }

  private boolean isOne() {
    return name != null && (kind.kind() != Kind.BACKEND || name.contains("/"));
  }

  private Predicate<Resource> selection() {
    String wanted = name;
    if (wanted == null) {
      return _ -> true;
    }
    return isOne()
        ? resource -> resource.name().equals(wanted)
        : resource -> resource.key().pool().equals(wanted);
  }
}
