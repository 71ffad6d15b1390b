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

  /** Every algorithm with its default parameters, in the order in which documentation lists them. */
  static List<Algorithm> all() {
    return List.of(new RoundRobin(), new WeightedRoundRobin());
  }

  static Optional<Algorithm> of(String type) {
    return all().stream().filter(algorithm -> algorithm.type().equals(type)).findFirst();
  }

  static List<String> types() {
    return all().stream().map(Algorithm::type).toList();
  }
}
