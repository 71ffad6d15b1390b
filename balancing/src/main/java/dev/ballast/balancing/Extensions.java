package dev.ballast.balancing;

import dev.ballast.model.Algorithm;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The algorithms of users' own that this process has found, by name. Immutable. */
public final class Extensions {
  /** There are none. */
  public static final Extensions NONE = new Extensions(Map.of());

  private final Map<String, BalancerFactory> factories;

  private Extensions(Map<String, BalancerFactory> factories) {
    this.factories = factories;
  }

  /**
   * These.
   *
   * @throws IllegalArgumentException if two have the same name
   */
  public static Extensions of(Collection<? extends BalancerFactory> factories) {
    var byName = new TreeMap<String, BalancerFactory>();
    for (BalancerFactory factory : factories) {
      String name = factory.name();
      if (name == null) {
        throw new IllegalArgumentException(factory.getClass().getName() + " has no name");
      }
      BalancerFactory other = byName.put(name, factory);
      if (other != null) {
        throw new IllegalArgumentException(
            "Two algorithms are named "
                + name
                + ": "
                + other.getClass().getName()
                + " and "
                + factory.getClass().getName());
      }
    }
    return new Extensions(byName);
  }

  /**
   * All that this class loader offers.
   *
   * @throws IllegalArgumentException if one can't be loaded, or two have the same name
   */
  public static Extensions find(ClassLoader where) {
    var found = new ArrayList<BalancerFactory>();
    try {
      ServiceLoader.load(BalancerFactory.class, where).forEach(found::add);
    } catch (ServiceConfigurationError | LinkageError broken) {
      throw new IllegalArgumentException(
          "An algorithm can't be loaded: " + broken.getMessage(), broken);
    }
    return of(found);
  }

  public List<String> names() {
    return List.copyOf(factories.keySet());
  }

  /**
   * The balancer of a custom algorithm.
   *
   * @param members those that may be picked, strictly ascending by name, of weights above 0
   * @throws IllegalArgumentException if the algorithm is not there, or can't be made; says why
   */
  public Balancer build(Algorithm.Custom algorithm, List<Member> members, long fleetSeed) {
    Balancers.demandOrder(members);
    BalancerFactory factory = factories.get(algorithm.factory());
    if (factory == null) {
      throw new IllegalArgumentException(
          "there is no algorithm " + algorithm.factory() + " here; there are " + names());
    }
    return built(factory, algorithm, members, fleetSeed);
  }

  /** Whatever foreign code throws becomes a reason. */
  private static Balancer built(
      BalancerFactory factory, Algorithm.Custom algorithm, List<Member> members, long fleetSeed) {
    try {
      return Objects.requireNonNull(
          factory.build(members, algorithm.parameters(), fleetSeed), "it makes none");
    } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError refusal) {
      throw new IllegalArgumentException(
          "algorithm " + algorithm.factory() + " refuses: " + refusal.getMessage(), refusal);
    }
  }
}
