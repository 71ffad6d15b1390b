package dev.ballast.cli;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Codec;
import dev.ballast.model.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** One sentence that says why a backend is used or not: what people want, what was observed, what LB servers make of it. */
record BackendExplanation(BackendHealth health) {

  String sentence() {
    var parts = new ArrayList<String>();
    wanted().forEach(parts::add);
    parts.add(observed());
    parts.addAll(seen());
    return String.join("; ", parts);
  }

  private Stream<String> wanted() {
    var backend = health.backend();
    Stream<String> specified =
        backend.adminState() == AdminState.ENABLED
            ? Stream.empty()
            : Stream.of("its specification says " + Codec.text(backend.adminState()));
    Stream<String> idle = backend.weight() == 0 ? Stream.of("its weight is 0") : Stream.empty();
    return Stream.of(health.override().map(BackendExplanation::shown).stream(), specified, idle)
        .flatMap(part -> part);
  }

  private static String shown(AdminOverride override) {
    String why = override.why().isEmpty() ? "" : ": " + override.why();
    String until = override.until().map(end -> ", until " + Times.toSecond(end)).orElse("");
    return override.who() + " has it " + Codec.text(override.state()) + until + why;
  }

  private String observed() {
    if (health.status().isEmpty()) {
      return health.isChecked() ? "nobody has probed it yet" : "its pool has no health check";
    }
    BackendStatus status = health.status().get();
    String reason =
        status.reason().isEmpty()
            ? "it was found " + Codec.text(status.verdict())
            : status.reason();
    return health.isChecked() ? reason : reason + ", when its pool still had a health check";
  }

  private List<String> seen() {
    var parts = new ArrayList<String>();
    ejections().forEach(parts::add);
    counted("its name has no address on %s", sight -> sight.isStanding("address-unknown"))
        .forEach(parts::add);
    counted("not in the subset of %s", sight -> sight.isStanding("outside-subset"))
        .forEach(parts::add);
    counted("not heard of yet on %s", this::isBehind).forEach(parts::add);
    counted("used all the same on %s, as its pool is in panic", BackendSight::isUsedInPanic)
        .forEach(parts::add);
    counted(
            "used on %s, as no backend of its pool is healthy",
            sight -> sight.isEligible() && sight.isStanding("unknown-among-unknown"))
        .forEach(parts::add);
    counted(
            "used on %s, as that has lasted for 10 s",
            sight -> sight.isEligible() && sight.isStanding("unknown-for-long"))
        .forEach(parts::add);
    counted(
            "not used on %s in its first 10 s",
            sight -> !sight.isEligible() && sight.isStanding("unknown-and-new"))
        .forEach(parts::add);
    counted("a spare on %s", BackendSight::isSpare).forEach(parts::add);
    return parts;
  }

  private boolean isBehind(BackendSight sight) {
    return health.verdict() == Verdict.UNHEALTHY && sight.isStanding("healthy");
  }

  private Stream<String> ejections() {
    return health.sights().stream()
        .filter(sight -> sight.isStanding("ejected"))
        .findFirst()
        .stream()
        .flatMap(
            first ->
                counted("ejected on %s", sight -> sight.isStanding("ejected"))
                    .map(text -> text + " (" + first.ejection() + ")"));
  }

  /** {@code ejected on 1 of 2 LB servers}; nothing if it is so on none. */
  private Stream<String> counted(String sentence, Predicate<BackendSight> is) {
    long count = health.sights().stream().filter(is).count();
    int all = health.sights().size();
    return count == 0
        ? Stream.empty()
        : Stream.of(
            sentence.formatted(count + " of " + all + (all == 1 ? " LB server" : " LB servers")));
  }
}
