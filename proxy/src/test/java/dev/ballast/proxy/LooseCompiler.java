package dev.ballast.proxy;

import dev.ballast.balancing.Extensions;
import dev.ballast.model.FleetSecrets;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** A compiler of snapshots with loops that nobody runs. */
record LooseCompiler(LooseLoops looseLoops, Names names, Compiler compiler)
    implements AutoCloseable {
  static LooseCompiler of(int count) {
    var loops = LooseLoops.of(count);
    var names = new Names(List.of(), Limits.defaults(), () -> {});
    var secrets = new OpenedSecrets(Optional.empty(), FleetSecrets.random(new SecureRandom()));
    var tls = new TlsCompiler(secrets.ticketKeys());
    var pools =
        new PoolCompiler(
            loops.loops(),
            names,
            tls,
            secrets,
            new Random(1),
            Extensions.NONE,
            new ProxySettings.Place("", 1),
            () -> {});
    var bookkeeper = new Bookkeeper(Limits.defaults(), count);
    return new LooseCompiler(loops, names, new Compiler(pools, tls, secrets, bookkeeper));
  }

  Loops loops() {
    return looseLoops.loops();
  }

  @Override
  public void close() {
    names.close();
    looseLoops.close();
  }
}
