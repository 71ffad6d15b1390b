package dev.ballast.cli;

import dev.ballast.model.LbServer;
import dev.ballast.proxy.ProxyServer;
import dev.ballast.proxy.ProxySettings;
import dev.ballast.proxy.SyncReport;
import dev.ballast.sync.SyncClient;
import dev.ballast.sync.SyncSettings;
import dev.ballast.sync.SyncStatus;
import java.io.IOException;
import java.net.BindException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An LB server in its own process: the data plane, and the copy of the configuration that it serves by.
 *
 * @param advertised the address that others reach it by
 */
record LbRole(
    Shell shell,
    ProxySettings proxySettings,
    SyncSettings syncSettings,
    InetAddress advertised,
    Farewell farewell) {
  private static final Logger log = LoggerFactory.getLogger(LbRole.class);
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  /**
   * Starts it. At the end it says that it is no longer ready, takes itself off the list, serves on for the delay, and only then
   * stops following and accepting, and lets its connections finish.
   */
  void start(ClosingStack started) throws IOException {
    var following = new AtomicReference<SyncClient>();
    ProxyServer proxy =
        proxy(
            proxySettings.withSync(
                () -> report(following.get()), () -> following.get().acceptHeld()));
    started.add(() -> proxy.close(farewell.timeout()));
    LbServer registrant = registrant(proxy);
    following.set(
        started.add(
            SyncClient.start(
                syncSettings,
                (snapshot, _) -> proxy.use(snapshot),
                Optional.of(registrant),
                shell.clock(),
                System::nanoTime,
                new Random())));
    started.add(() -> farewell.leave(proxy));
    started.add(() -> unregister(registrant));
    started.add(proxy::leave);
  }

  static ProxyServer proxy(ProxySettings settings) throws IOException {
    var addresses = settings.addresses();
    try {
      return ProxyServer.start(settings);
    } catch (BindException taken) {
      var admin = new InetSocketAddress(addresses.admin(), addresses.adminPort());
      throw new CommandFailed(
          "cannot listen on the admin port %d of %s (%s); it is held by %s"
              .formatted(
                  addresses.adminPort(),
                  addresses.admin().getHostAddress(),
                  taken.getMessage(),
                  PortOwner.ofThisMachine().of(admin)));
    }
  }

  private LbServer registrant(ProxyServer proxy) {
    String host =
        advertised instanceof Inet6Address
            ? "[" + advertised.getHostAddress() + "]"
            : advertised.getHostAddress();
    return new LbServer(
        proxySettings.name(),
        proxySettings.fleet(),
        proxySettings.instance(),
        advertised.getHostAddress(),
        "http://" + host + ":" + proxy.adminAddress().getPort(),
        proxySettings.version(),
        shell.clock().instant());
  }

  /** Before the first look at a controller the client is not there yet. */
  private static SyncReport report(@Nullable SyncClient client) {
    if (client == null) {
      return SyncReport.NONE;
    }
    SyncStatus status = client.status();
    return new SyncReport(
        status.mode().toString(),
        status.connected(),
        status.source().map(source -> source.name().toLowerCase(Locale.ROOT)).orElse("none"),
        status.lastContact().orElse(null),
        status.detail(),
        status.held().orElse(null));
  }

  /** An LB server that was stopped on purpose is not to be waited for; one that crashed is to be missed. */
  private void unregister(LbServer registrant) {
    Thread asking = Thread.ofVirtual().start(() -> tryToUnregister(registrant));
    try {
      asking.join(PATIENCE);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void tryToUnregister(LbServer registrant) {
    String path = "/v1/lbservers/" + registrant.name() + "?instance=" + registrant.instance();
    for (URI controller : syncSettings.controllers()) {
      var endpoint =
          new Endpoint(controller, syncSettings.token(), "--controller", syncSettings.caFile());
      try (var client = new ApiClient(endpoint, shell)) {
        client.delete(path);
        return;
      } catch (CommandFailed | ApiProblem failure) {
        log.info("Not unregistered: {}", Failures.text(failure));
      }
    }
  }
}
