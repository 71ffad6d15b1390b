package dev.ballast.orchestrator;

import dev.ballast.detection.Outcome;
import dev.ballast.detection.ProbeCounters;
import dev.ballast.detection.Probing;
import dev.ballast.model.Revision;
import dev.ballast.model.Verdict;
import dev.ballast.sync.SyncStatus;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Draws up what an orchestrator says of itself. Thread-safe. */
final class Reporting implements OrchestratorMetrics.Source {
  private static final int SUSPECTS_LIMIT = 100;
  private static final long PATIENCE_SECONDS = 2;

  private final String name;
  private final Sources sources;
  private final Health health;

  Reporting(String name, Sources sources) {
    this.name = name;
    this.sources = sources;
    this.health = new Health(sources.loop(), sources.probing());
  }

  /** Who knows what. */
  record Sources(
      DeskLoop loop,
      Probing probing,
      StatusWriter writer,
      Shares shares,
      Evidence evidence,
      Supplier<SyncStatus> sync) {}

  /** What does not work any more, or empty. */
  String trouble() throws InterruptedException {
    return health.trouble();
  }

  @Override
  public ProbeCounters probes() throws InterruptedException {
    return answer(sources.probing().counters());
  }

  @Override
  public OrchestratorReport report() throws InterruptedException {
    SyncStatus status = sources.sync().get();
    DeskFacts desk =
        answer(
            sources
                .loop()
                .call(one -> new DeskFacts(one.size(), one.shares(), one.revision().orElse(null))));
    return new OrchestratorReport(
        name,
        desk.revision() == null ? null : desk.revision().toString(),
        new OrchestratorReport.Sync(status.connected(), status.detail()),
        desk.shares(),
        desk.subjects(),
        sources.shares().trouble(),
        sources.shares().counters(),
        probes(probes()),
        sources.writer().counters(),
        sources.evidence().asked(),
        sources.evidence().unanswered());
  }

  private static OrchestratorReport.Probes probes(ProbeCounters counters) {
    var failed = new TreeMap<String, Long>();
    for (Outcome.Kind kind : Outcome.Kind.values()) {
      failed.put(kind.name().toLowerCase(Locale.ROOT).replace('_', '-'), counters.failed(kind));
    }
    return new OrchestratorReport.Probes(
        counters.sent(),
        counters.good(),
        failed,
        counters.latenessNanos(),
        counters.pauses(),
        counters.pausedNanos(),
        counters.targets(),
        counters.silent(),
        counters.isInDoubt());
  }

  private record DeskFacts(int subjects, int shares, @Nullable Revision revision) {}

  List<OrchestratorReport.Suspect> suspects() throws InterruptedException {
    return suspects(answer(sources.probing().reports()).values());
  }

  /** Targets that something is wrong with, or might be, and those that can't be asked, the most suspicious first. */
  static List<OrchestratorReport.Suspect> suspects(Collection<Probing.Report> reports) {
    return reports.stream()
        .filter(
            report ->
                report.standing().isSuspect()
                    || report.standing().verdict() == Verdict.UNHEALTHY
                    || isNotAsked(report.last()))
        .sorted(
            Comparator.comparingDouble((Probing.Report report) -> report.standing().phi())
                .reversed()
                .thenComparing(report -> report.target().id()))
        .limit(SUSPECTS_LIMIT)
        .map(Reporting::suspect)
        .toList();
  }

  private static boolean isNotAsked(@Nullable Outcome last) {
    return last instanceof Outcome.Failed failed && failed.kind() == Outcome.Kind.NOT_ASKED;
  }

  private static OrchestratorReport.Suspect suspect(Probing.Report report) {
    var standing = report.standing();
    String last =
        switch (report.last()) {
          case null -> "not asked yet";
          case Outcome.Good good ->
              "good after " + TimeUnit.NANOSECONDS.toMillis(good.latencyNanos()) + " ms";
          case Outcome.Failed failed -> failed.reason();
        };
    return new OrchestratorReport.Suspect(
        report.target().id(),
        standing.verdict().name().toLowerCase(Locale.ROOT),
        standing.phi(),
        standing.isSuspect(),
        standing.isDisputed(),
        standing.isDisputed() ? OrchestratorReport.Suspect.DISPUTED : "",
        last);
  }

  private static <T> T answer(Future<T> question) throws InterruptedException {
    try {
      return question.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("a part of the orchestrator does not answer", e);
    }
  }
}
