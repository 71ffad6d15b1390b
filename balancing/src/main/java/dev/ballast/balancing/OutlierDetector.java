package dev.ballast.balancing;

import dev.ballast.model.OutlierEjection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes backends of one pool out for a while by the outcomes of their requests.
 *
 * <p>Idea: a backend is judged by its failures in a row, at once, and by its success rate, each interval: one that lies some
 * standard deviations below the mean of its peers is out. The time out grows with each ejection and shrinks again with each
 * interval without one.
 *
 * <p>Invariants: no more than the given share of the pool is out (though one always may be), and never the last one that
 * serves. Owner: one thread. Source: the outlier detection of Envoy ("arch_overview/upstream/outlier").
 */
public final class OutlierDetector<S extends OutlierDetector.Subject> {
  /** One backend. The numbers only grow, but for the failures in a row. */
  public interface Subject {
    /** Whether it would be eligible if it were not ejected. */
    boolean isServing();

    long successes();

    long failures();

    int failuresInRow();

    void forgetFailuresInRow();
  }

  private static final double TENTHS = 10;

  private final Map<S, History> histories = new HashMap<>();
  private List<S> known = List.of();
  private int ejected;
  private @Nullable Instant nextStatistics;

  /** What is remembered of one backend. */
  private static final class History {
    private long successes;
    private long failures;
    private int ejections;
    private @Nullable Ejection current;
  }

  private record Rate<S>(S subject, double rate) {}

  /**
   * Judges the backends of the pool.
   *
   * @param subjects all of them; what is remembered of others is forgotten
   * @return whether any was ejected, or may serve again
   */
  public boolean judge(List<S> subjects, OutlierEjection settings, Instant now) {
    forgetOthersThan(subjects);
    boolean isOff = settings.maxEjectedPercent() == 0 || subjects.size() < 2;
    boolean hasChanged = release(subjects, isOff, now);
    if (isOff) {
      nextStatistics = null;
      return hasChanged;
    }
    hasChanged |= ejectByStreaks(subjects, settings, now);
    if (nextStatistics == null) {
      nextStatistics = now.plus(settings.interval());
    } else if (!nextStatistics.isAfter(now)) {
      nextStatistics = now.plus(settings.interval());
      hasChanged |= ejectByRates(subjects, settings, now);
      subjects.forEach(this::endInterval);
    }
    return hasChanged;
  }

  /** Whether and why the backend is out; null if it is not. */
  public @Nullable Ejection ejection(S subject) {
    History history = histories.get(subject);
    return history == null ? null : history.current;
  }

  /** When to judge next at the latest; empty if nobody can be ejected. */
  public Optional<Instant> nextStatistics() {
    return Optional.ofNullable(nextStatistics);
  }

  private void forgetOthersThan(List<S> subjects) {
    if (!subjects.equals(known)) {
      known = List.copyOf(subjects);
      subjects.forEach(this::history);
      histories.keySet().retainAll(new HashSet<>(subjects));
      ejected = (int) histories.values().stream().filter(each -> each.current != null).count();
    }
  }

  private static <S extends Subject> History baseline(S subject) {
    var history = new History();
    history.successes = subject.successes();
    history.failures = subject.failures();
    return history;
  }

  private History history(S subject) {
    return histories.computeIfAbsent(subject, OutlierDetector::baseline);
  }

  /** What a backend did while it was out counts for nothing. */
  private boolean release(List<S> subjects, boolean all, Instant now) {
    if (ejected == 0) {
      return false;
    }
    boolean hasChanged = false;
    for (S subject : subjects) {
      History history = history(subject);
      Ejection current = history.current;
      if (current != null) {
        subject.forgetFailuresInRow();
        if (all || !current.holdsAt(now)) {
          history.current = null;
          ejected--;
          hasChanged = true;
        }
      }
    }
    return hasChanged;
  }

  private boolean ejectByStreaks(List<S> subjects, OutlierEjection settings, Instant now) {
    boolean hasChanged = false;
    for (S subject : subjects) {
      int inRow = subject.failuresInRow();
      if (settings.consecutiveFailures() > 0 && inRow >= settings.consecutiveFailures()) {
        hasChanged |= eject(subject, inRow + " failures in a row", subjects, settings, now);
      }
    }
    return hasChanged;
  }

  private boolean ejectByRates(List<S> subjects, OutlierEjection settings, Instant now) {
    List<Rate<S>> rates = rates(subjects, settings);
    if (settings.successRateDeviations() == 0 || rates.size() < settings.minHosts()) {
      return false;
    }
    double mean = rates.stream().mapToDouble(Rate::rate).average().orElse(0);
    double variance =
        rates.stream().mapToDouble(r -> (r.rate() - mean) * (r.rate() - mean)).average().orElse(0);
    double least = mean - settings.successRateDeviations() / TENTHS * Math.sqrt(variance);
    boolean hasChanged = false;
    for (Rate<S> rate : rates) {
      if (rate.rate() < least) {
        hasChanged |= eject(rate.subject(), reason(rate.rate(), mean), subjects, settings, now);
      }
    }
    return hasChanged;
  }

  /** Of those with enough requests in this interval, the worst first. */
  private List<Rate<S>> rates(List<S> subjects, OutlierEjection settings) {
    var rates = new ArrayList<Rate<S>>();
    for (S subject : subjects) {
      History history = history(subject);
      long successes = subject.successes() - history.successes;
      long requests = successes + subject.failures() - history.failures;
      if (history.current == null && requests >= settings.minRequests()) {
        rates.add(new Rate<>(subject, (double) successes / requests));
      }
    }
    rates.sort(Comparator.comparingDouble(Rate::rate));
    return rates;
  }

  private static String reason(double rate, double mean) {
    return String.format(
        Locale.ROOT,
        "a success rate of %.1f %% where its peers have %.1f %%",
        100 * rate,
        100 * mean);
  }

  private boolean eject(
      S subject, String reason, List<S> subjects, OutlierEjection settings, Instant now) {
    History history = history(subject);
    if (history.current != null || !mayEject(subjects, settings)) {
      return false;
    }
    history.ejections++;
    ejected++;
    var time = settings.baseEjection().multipliedBy(history.ejections);
    var most =
        settings.maxEjection().compareTo(settings.baseEjection()) < 0
            ? settings.baseEjection()
            : settings.maxEjection();
    history.current = new Ejection(reason, now.plus(time.compareTo(most) > 0 ? most : time));
    subject.forgetFailuresInRow();
    return true;
  }

  private boolean mayEject(List<S> subjects, OutlierEjection settings) {
    long serving = 0;
    for (S subject : subjects) {
      serving += history(subject).current == null && subject.isServing() ? 1 : 0;
    }
    long most = Math.max(1, (long) subjects.size() * settings.maxEjectedPercent() / 100);
    return ejected < most && serving > 1;
  }

  private void endInterval(S subject) {
    History history = history(subject);
    history.successes = subject.successes();
    history.failures = subject.failures();
    if (history.current == null && history.ejections > 0) {
      history.ejections--;
    }
  }
}
