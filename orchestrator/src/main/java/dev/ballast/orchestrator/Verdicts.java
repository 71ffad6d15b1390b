package dev.ballast.orchestrator;

import dev.ballast.detection.Watched;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServerState;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.PastVerdict;
import dev.ballast.model.Resource;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What statuses mean as verdicts, and what follows them. */
final class Verdicts {
  private Verdicts() {}

  /** What a status says of a subject; unknown if there is none, or it is of an earlier process or address. */
  static Verdict of(Subject subject, @Nullable Resource status) {
    return switch (status) {
      case BackendStatus backend when isOn(backend, subject) -> backend.verdict();
      case LbServerStatus server
          when subject instanceof Subject.OfLbServer(var own)
              && own.instance().equals(server.instance()) ->
          server.state() == LbServerState.DEAD ? Verdict.UNHEALTHY : Verdict.HEALTHY;
      case null, default -> Verdict.UNKNOWN;
    };
  }

  private static boolean isOn(BackendStatus status, Subject subject) {
    return subject instanceof Subject.OfBackend of && status.isOn(of.backend());
  }

  /** Whether what stands says what we want to say. */
  static boolean isSame(Subject subject, Resource said, @Nullable Resource stands) {
    return said instanceof LbServerStatus ours
        ? stands instanceof LbServerStatus theirs
            && ours.instance().equals(theirs.instance())
            && ours.state() == theirs.state()
        : of(subject, said) == of(subject, stands);
  }

  /** With what a watch begins that goes by a status. */
  static Watched.Known known(Subject subject, @Nullable Resource status, Instant now) {
    var falls = new ArrayList<Duration>();
    if (status instanceof BackendStatus backend && isOn(backend, subject)) {
      addFall(falls, backend.verdict(), backend.since(), now);
      for (PastVerdict past : backend.history()) {
        addFall(falls, past.verdict(), past.since(), now);
      }
    }
    return new Watched.Known(of(subject, status), falls);
  }

  private static void addFall(List<Duration> falls, Verdict verdict, Instant since, Instant now) {
    if (verdict == Verdict.UNHEALTHY) {
      falls.add(since.isAfter(now) ? Duration.ZERO : Duration.between(since, now));
    }
  }

  /** The status of a backend that follows another. */
  static BackendStatus next(
      Care care,
      @Nullable Resource before,
      Verdict verdict,
      String reason,
      double phi,
      Instant now) {
    var backend = ((Subject.OfBackend) care.subject).backend();
    return before instanceof BackendStatus status && status.isOn(backend)
        ? status.next(verdict, reason, phi, now).on(backend)
        : BackendStatus.first(backend, verdict, reason, phi, now);
  }

  /** What the prober knows the subject of a status by. */
  static String id(Resource status) {
    return id(status.kind(), status.name());
  }

  /** The same by the status's key. */
  static String id(Kind kind, String name) {
    return kind == Kind.BACKEND_STATUS ? name : Subject.OfLbServer.PREFIX + name;
  }
}
