package dev.ballast.cli;

import dev.ballast.model.AdminState;
import dev.ballast.model.Codec;
import dev.ballast.model.Durations;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What {@code drain}, {@code disable} and {@code enable} have in common: they set the override beside a specification. */
final class OverrideOptions {

  @Parameters(
      arity = "1..2",
      paramLabel = "[KIND] NAME",
      description = "A backend as POOL/BACKEND, or an LB server as: lbserver NAME.")
  List<String> target = List.of();

  @Option(
      names = "--why",
      paramLabel = "TEXT",
      description = "For those who ask later (default: nothing).")
  String why = "";

  @Option(
      names = "--until",
      paramLabel = "INSTANT",
      description =
          "When it ends by itself, for example 2026-03-01T06:00:00Z (default: when somebody enables it).")
  @Nullable String until;

  @Option(
      names = "--for",
      paramLabel = "DURATION",
      description = "After how long it ends by itself, for example 30m (default: see --until).")
  @Nullable String duration;

  @Mixin private final ServerOptions server = new ServerOptions();
  @Mixin private final WaitOptions waiting = new WaitOptions();

  /** Puts the override in place and waits for the LB servers. */
  ExitCode put(Shell shell, AdminState state) {
    ItemKey key = key();
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.put("state", Codec.text(state)).put("why", why);
    end(shell).ifPresent(instant -> body.put("until", instant.toString()));
    try (ApiClient client = server.connect(shell)) {
      JsonNode answer = client.put(ResourcePath.of(key) + "/override", body);
      shell.terminal().out().println(key + " " + Codec.text(state));
      return waiting.finish(client, shell.terminal(), answer.path("revision").asString());
    }
  }

  private ItemKey key() {
    if (target.size() == 2) {
      KindWord kind = new KindWord.Converter().convert(target.getFirst());
      return switch (kind) {
        case BACKENDS, LB_SERVERS -> ResourcePath.key(kind.kind(), target.getLast());
        case LOAD_BALANCERS, POOLS, FLEETS, CERTIFICATES, FLEET_KEYS ->
            throw new CommandFailed(
                ExitCode.USAGE,
                "backends and LB servers have an admin state, " + kind.word() + " have none");
      };
    }
    if (!target.getFirst().contains("/")) {
      throw new CommandFailed(
          ExitCode.USAGE,
          "a backend is named POOL/BACKEND; an LB server: lbserver " + target.getFirst());
    }
    return ResourcePath.key(Kind.BACKEND, target.getFirst());
  }

  private Optional<Instant> end(Shell shell) {
    if (until != null && duration != null) {
      throw new CommandFailed(ExitCode.USAGE, "--until and --for say the same: give one of them");
    }
    if (duration != null) {
      String text = duration;
      Duration length =
          Durations.parse(text)
              .orElseThrow(
                  () ->
                      new CommandFailed(
                          ExitCode.USAGE,
                          "--for takes a duration such as 90s, 30m or 8h: " + text));
      return Optional.of(Times.toSecond(shell.clock().instant().plus(length)));
    }
    try {
      return Optional.ofNullable(until).map(Instant::parse);
    } catch (DateTimeParseException _) {
      throw new CommandFailed(
          ExitCode.USAGE, "--until takes an instant such as 2026-03-01T06:00:00Z: " + until);
    }
  }
}
