package dev.ballast.proxy;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Lineup;
import org.jspecify.annotations.Nullable;

/**
 * How a pool picks.
 *
 * @param lineup the places that it answers, and the spares
 * @param instead picks where {@code balancer} does not as it should; null if that is our own
 * @param hashKey what is hashed of a request; null if nothing is
 * @param trouble why it does not pick as it was told to; null if it does
 */
record Picking(
    Balancer balancer,
    Lineup lineup,
    @Nullable Balancer instead,
    @Nullable HashKey hashKey,
    @Nullable BindFailure trouble) {
  /** By an algorithm of our own. */
  static Picking own(Balancer balancer, Lineup lineup, @Nullable HashKey hashKey) {
    return new Picking(balancer, lineup, null, hashKey, null);
  }
}
