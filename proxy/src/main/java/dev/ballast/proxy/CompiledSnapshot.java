package dev.ballast.proxy;

import dev.ballast.model.Revision;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot in the form that requests are served from: listeners by port, hosts, routes, pools, backends. Immutable, and
 * swapped as a whole by one reference. What did not change is shared with the one before.
 *
 * @param ports what is served where
 * @param listeners as they are configured
 * @param pools by name
 */
record CompiledSnapshot(
    Revision revision,
    Map<Integer, PortPlan> ports,
    List<PortCompiler.ConfiguredListener> listeners,
    Map<String, PoolPlan> pools) {
  /** Before the first one: nothing is served. */
  static final CompiledSnapshot NONE =
      new CompiledSnapshot(new Revision("00000000", 0), Map.of(), List.of(), Map.of());

  @Nullable PortPlan port(Integer number) {
    return ports.get(number);
  }
}
