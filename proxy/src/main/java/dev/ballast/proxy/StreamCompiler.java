package dev.ballast.proxy;

import dev.ballast.model.Listener;
import dev.ballast.model.LoadBalancer;
import java.util.function.Function;

/** Makes the plans of listeners that pass streams on. */
record StreamCompiler(Function<String, PoolPlan> pools, Bookkeeper bookkeeper) {
  /** To the listener's own pool. */
  StreamPlan ofListener(LoadBalancer balancer, Listener listener) {
    return to(listener.pool().orElseThrow(), balancer, listener);
  }

  StreamPlan to(String pool, LoadBalancer balancer, Listener listener) {
    return new StreamPlan(
        pools.apply(pool), bookkeeper.open(balancer, listener.name(), RouteAccount.Key.NO_ROUTE));
  }
}
