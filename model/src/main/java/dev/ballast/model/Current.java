package dev.ballast.model;

import java.util.Collection;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The stored state that a plan starts from: all load balancers, pools, fleets and LB servers, and the backends of the pools
 * concerned ({@link Documents#poolsConcerned}; of every pool when pruning).
 */
public final class Current {
  private final NavigableMap<ItemKey, Resource> resources = new TreeMap<>();

  public Current(Collection<? extends Resource> resources) {
    resources.forEach(resource -> this.resources.put(resource.key(), resource));
  }

  @Nullable Resource find(ItemKey key) {
    return resources.get(key);
  }

  boolean has(ItemKey key) {
    return resources.containsKey(key);
  }

  Stream<Resource> all() {
    return resources.values().stream();
  }

  <T extends Resource> Stream<T> all(Class<T> type) {
    return all().filter(type::isInstance).map(type::cast);
  }

  Stream<Backend> backends(String pool) {
    return resources
        .subMap(
            new ItemKey(Kind.BACKEND, pool + "/" + Names.FIRST),
            true,
            new ItemKey(Kind.BACKEND, pool + "/" + Names.LAST),
            true)
        .values()
        .stream()
        .map(Backend.class::cast);
  }
}
