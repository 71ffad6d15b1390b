package dev.ballast.balancing;

import java.util.List;
import java.util.Map;

/**
 * Makes the balancers of an algorithm of a user's own. Found through {@link java.util.ServiceLoader}: its class is public, has a public
 * constructor without parameters, and is named in {@code META-INF/services/dev.ballast.balancing.BalancerFactory} of its jar.
 */
public interface BalancerFactory {
  /** What pools name it by: {@code algorithm: {type: custom, factory: NAME}}. */
  String name();

  /**
   * A balancer over these members, made anew whenever who may be picked, their weights or the parameters change. It is asked by all event loops
   * at once, so it is immutable, or gives each loop one of its own ({@link Balancer#forLoop}). What it picks is checked: where
   * it answers an index that is not there or was tried, or throws, a weighted round robin picks in its place.
   *
   * @param members those that may be picked, strictly ascending by name, of weights above 0; may be empty
   * @param parameters as the pool has them
   * @param fleetSeed the same at all LB servers of a fleet
   * @throws IllegalArgumentException if the parameters are not to be used; says why
   */
  Balancer build(List<Member> members, Map<String, String> parameters, long fleetSeed);
}
