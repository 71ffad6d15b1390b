package dev.ballast.cli;

import dev.ballast.model.Suggestion;
import dev.ballast.proxy.Limit;
import dev.ballast.proxy.Limits;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Limits of the data plane on the command line: {@code client-connections=100000}. */
final class LimitOptions {
  private LimitOptions() {}

  /**
   * The default limits, changed as these say.
   *
   * @throws CommandFailed for one that is no limit, or no value for it
   */
  static Limits read(List<String> changes) {
    Limits limits = Limits.defaults();
    for (String change : changes) {
      int equals = change.indexOf('=');
      if (equals < 0) {
        throw wrong(
            "--limit " + change + ": write NAME=VALUE, for example client-connections=100000");
      }
      limits = with(limits, change.substring(0, equals), change.substring(equals + 1));
    }
    return limits;
  }

  private static Limits with(Limits limits, String name, String value) {
    try {
      return limits.with(limit(name), Integer.parseInt(value.replace("_", "")));
    } catch (NumberFormatException e) {
      throw wrong(
          "--limit "
              + name
              + ": \""
              + value
              + "\" is not a whole number up to "
              + Integer.MAX_VALUE);
    } catch (IllegalArgumentException e) {
      throw wrong("--limit: " + Failures.text(e));
    }
  }

  private static Limit limit(String name) {
    Optional<Limit> found =
        Arrays.stream(Limit.values()).filter(limit -> limit.key().equals(name)).findFirst();
    return found.orElseThrow(
        () -> {
          List<String> names = Arrays.stream(Limit.values()).map(Limit::key).toList();
          return wrong(
              "--limit: there is no limit \""
                  + name
                  + "\""
                  + Suggestion.among(name, names)
                  + "; all stand in docs/limits.md");
        });
  }

  private static CommandFailed wrong(String message) {
    return new CommandFailed(ExitCode.USAGE, message);
  }
}
