package dev.ballast.model;

import java.util.List;
import java.util.Optional;

/** How a pool picks the backend of the next request or connection. */
public sealed interface Algorithm {
  /** The value of {@code algorithm.type} in a document. */
  String type();

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
  }

  /** Every algorithm with its default parameters, in the order in which documentation lists them. */
  static List<Algorithm> all() {
    return List.of(
        new RoundRobin(),
        new WeightedRoundRobin(),
        new LeastConnections(),
        new WeightedLeastConnections(),
        new Random(),
        new WeightedRandom(),
        new PowerOfTwoChoices(),
        new Hash());
  }

  static Optional<Algorithm> of(String type) {
    return all().stream().filter(algorithm -> algorithm.type().equals(type)).findFirst();
  }

  static List<String> types() {
    return all().stream().map(Algorithm::type).toList();
  }
}
