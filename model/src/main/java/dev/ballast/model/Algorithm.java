package dev.ballast.model;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** How a pool picks the backend of the next request or connection. */
public sealed interface Algorithm {
  /** The value of {@code algorithm.type} in a document. */
  String type();

  /** What of a request it picks by; empty: nothing of it. */
  default Optional<RequestPart> part() {
    return Optional.empty();
  }

  /** How long what backends took, and what they said of themselves, is remembered. */
  default Duration memory() {
    return LeastResponseTime.DEFAULT_DECAY;
  }

  /** Every eligible backend in turn, whatever its weight. */
  record RoundRobin() implements Algorithm {
    @Override
    public String type() {
      return "round-robin";
    }
  }

  /** In turn, each backend as often as its share of the weights. */
  record WeightedRoundRobin() implements Algorithm {
    @Override
    public String type() {
      return "weighted-round-robin";
    }
  }

  /** Any eligible backend, all alike. */
  record Random() implements Algorithm {
    @Override
    public String type() {
      return "random";
    }
  }

  /** Any eligible backend, each with the probability that is its share of the weights. */
  record WeightedRandom() implements Algorithm {
    @Override
    public String type() {
      return "weighted-random";
    }
  }

  /**
   * The least loaded for its weight of a few that are drawn at random, by weight.
   *
   * @param choices how many are drawn, {@value #LEAST} to {@value #MOST}
   */
  record PowerOfTwoChoices(int choices) implements Algorithm {
    /** How many are drawn at least. */
    public static final int LEAST = 2;

    /** How many are drawn at most. */
    public static final int MOST = 16;

    public PowerOfTwoChoices {
      demand(choices);
    }

    private static void demand(int choices) {
      if (choices < LEAST || choices > MOST) {
        throw new IllegalArgumentException(
            "choices are " + LEAST + " to " + MOST + ", not " + choices);
      }
    }

    /** Two of them. */
    public PowerOfTwoChoices() {
      this(LEAST);
    }

    @Override
    public String type() {
      return "power-of-two-choices";
    }
  }

  /**
   * Of a few that are drawn at random, by weight, the one that an exchange would cost the least time: how long it lately took to answer, times
   * what it carries for its weight.
   *
   * @param choices how many are drawn, {@value PowerOfTwoChoices#LEAST} to {@value PowerOfTwoChoices#MOST}
   * @param decay after how long what it took counts about a third, 100 ms to 10 minutes
   */
  record LeastResponseTime(int choices, Duration decay) implements Algorithm {
    /** How long it remembers unless told otherwise. */
    public static final Duration DEFAULT_DECAY = Duration.ofSeconds(10);

    public LeastResponseTime {
      PowerOfTwoChoices.demand(choices);
      demandMemory("decay", decay);
    }

    /** Two of them, remembered for 10 s. */
    public LeastResponseTime() {
      this(PowerOfTwoChoices.LEAST, DEFAULT_DECAY);
    }

    @Override
    public String type() {
      return "least-response-time";
    }

    @Override
    public Duration memory() {
      return decay;
    }
  }

  /**
   * Of a few that are drawn at random, by weight, the one that says that it is least busy, in the field {@code endpoint-load-metrics} of its
   * answers (ORCA, open request cost aggregation).
   *
   * @param choices how many are drawn, {@value PowerOfTwoChoices#LEAST} to {@value PowerOfTwoChoices#MOST}
   * @param expiry how long it is believed, 100 ms to 10 minutes; afterwards what it carries decides
   */
  record LeastLoad(int choices, Duration expiry) implements Algorithm {
    /** How long a report is believed unless told otherwise. */
    public static final Duration DEFAULT_EXPIRY = Duration.ofSeconds(10);

    public LeastLoad {
      PowerOfTwoChoices.demand(choices);
      demandMemory("expiry", expiry);
    }

    /** Two of them, whose reports are believed for 10 s. */
    public LeastLoad() {
      this(PowerOfTwoChoices.LEAST, DEFAULT_EXPIRY);
    }

    @Override
    public String type() {
      return "least-load";
    }

    @Override
    public Duration memory() {
      return expiry;
    }
  }

  private static void demandMemory(String what, Duration memory) {
    if (memory.compareTo(Duration.ofMillis(100)) < 0
        || memory.compareTo(Duration.ofMinutes(10)) > 0) {
      throw new IllegalArgumentException(what + " is 100ms to 10m, not " + Durations.text(memory));
    }
  }

  /** The eligible backend with the fewest exchanges in flight, all alike. */
  record LeastConnections() implements Algorithm {
    @Override
    public String type() {
      return "least-connections";
    }
  }

  /** The eligible backend with the fewest exchanges in flight for its weight. */
  record WeightedLeastConnections() implements Algorithm {
    @Override
    public String type() {
      return "weighted-least-connections";
    }
  }

  /**
   * The backend that a part of the request belongs to: the same part goes to the same backend, from every LB server of a fleet.
   *
   * @param by the part; a request that does not have it goes to any backend
   * @param over how backends and keys are brought together
   * @param boundPercent how much of an even share a backend may carry before its keys go elsewhere, {@value #LEAST_BOUND} to {@value
   *     #MOST_BOUND}; 0: any
   */
  record Hash(RequestPart by, KeyTable over, int boundPercent) implements Algorithm {
    /** The tightest bound: an even share. */
    public static final int LEAST_BOUND = 100;

    /** The loosest bound. */
    public static final int MOST_BOUND = 1_000;

    public Hash {
      if (boundPercent != 0 && (boundPercent < LEAST_BOUND || boundPercent > MOST_BOUND)) {
        throw new IllegalArgumentException(
            "boundedLoad is "
                + LEAST_BOUND
                + "% to "
                + MOST_BOUND
                + "%, not "
                + boundPercent
                + "%");
      }
    }

    /** By the client's address, over a Maglev table, without a bound. */
    public Hash() {
      this(RequestPart.ADDRESS, new KeyTable.Maglev(KeyTable.Maglev.DEFAULT), 0);
    }

    @Override
    public String type() {
      return "hash";
    }

    @Override
    public Optional<RequestPart> part() {
      return Optional.of(by);
    }
  }

  /**
   * One of a user's own, that the LB servers were given.
   *
   * @param factory what it is named there
   * @param by what of a request it picks by; absent: nothing of it
   * @param parameters what it makes of them is its own affair; at most {@value #MOST_PARAMETERS}
   */
  record Custom(String factory, Optional<RequestPart> by, SortedMap<String, String> parameters)
      implements Algorithm {
    /** What documents call it. */
    public static final String TYPE = "custom";

    /** How many parameters it may have. */
    public static final int MOST_PARAMETERS = 64;

    public Custom {
      if (parameters.size() > MOST_PARAMETERS) {
        throw new IllegalArgumentException(
            "has " + parameters.size() + " parameters; the limit is " + MOST_PARAMETERS);
      }
      parameters = Collections.unmodifiableSortedMap(new TreeMap<>(parameters));
    }

    @Override
    public String type() {
      return TYPE;
    }

    @Override
    public Optional<RequestPart> part() {
      return by;
    }
  }

  /** Every algorithm of our own with its default parameters, in the order in which documentation lists them. */
  static List<Algorithm> all() {
    return List.of(
        new RoundRobin(),
        new WeightedRoundRobin(),
        new LeastConnections(),
        new WeightedLeastConnections(),
        new Random(),
        new WeightedRandom(),
        new PowerOfTwoChoices(),
        new LeastResponseTime(),
        new LeastLoad(),
        new Hash());
  }

  /** With its default parameters; a custom one has none, so that is empty. */
  static Optional<Algorithm> of(String type) {
    return all().stream().filter(algorithm -> algorithm.type().equals(type)).findFirst();
  }

  static List<String> types() {
    return Stream.concat(all().stream().map(Algorithm::type), Stream.of(Custom.TYPE)).toList();
  }
}
