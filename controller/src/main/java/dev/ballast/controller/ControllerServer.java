package dev.ballast.controller;

import dev.ballast.configdb.ConfigDatabase;
import dev.ballast.configdb.FeedMode;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The control plane's API server. The change feed fills the catalog; the API reads from the catalog and writes through the
 * {@link ConfigWriter}; what was written comes back through the feed. Thread-safe.
 */
public final class ControllerServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(ControllerServer.class);

  /** Accept and select; requests have virtual threads. */
  private static final int PLATFORM_THREADS = 8;

  /** Names of locks may have any character: the router, which is all that looks at paths, decodes each segment by itself. */
  private static final UriCompliance NAMES_IN_PATHS =
      UriCompliance.from(
          EnumSet.of(
              UriCompliance.Violation.AMBIGUOUS_PATH_SEGMENT,
              UriCompliance.Violation.AMBIGUOUS_EMPTY_SEGMENT,
              UriCompliance.Violation.AMBIGUOUS_PATH_SEPARATOR,
              UriCompliance.Violation.AMBIGUOUS_PATH_PARAMETER,
              UriCompliance.Violation.AMBIGUOUS_PATH_ENCODING,
              UriCompliance.Violation.SUSPICIOUS_PATH_CHARACTERS));

  private final ControllerSettings settings;
  private final Catalog catalog;
  private final LbServerReports reports = new LbServerReports();
  private final Server server;
  private final ServerConnector connector;
  private final Feed.Following feed;
  private final FleetKeyKeeper fleetKeys;

  private ControllerServer(
      ControllerSettings settings,
      ConfigWriter writer,
      Feed feed,
      Locking locking,
      InstantSource clock,
      LongSupplier nanoTime) {
    this.settings = settings;
    this.catalog = new Catalog(settings.watch(), clock, nanoTime);
    this.server = new Server(threads());
    this.connector = connector();
    server.addConnector(connector);
    server.addBean(new NetworkConnectionLimit(settings.connections(), server));
    this.feed = feed.follow(catalog);
    this.fleetKeys = FleetKeyKeeper.start(writer);
    server.setHandler(handler(writer, locking, clock, nanoTime));
    server.setErrorHandler(Problems::answer);
    server.setStopTimeout(0);
    listen();
  }

  /**
   * Starts a controller over a database. It answers at once, and is ready when the change feed has listed the configuration.
   * The database stays the caller's to close, after the controller.
   *
   * @param locking where locks are kept: beside the configuration, or elsewhere
   * @param nanoTime a monotonic clock, for waiting
   * @throws ControllerStartFailed with the reason, and what to do about it
   */
  public static ControllerServer start(
      ControllerSettings settings,
      ConfigDatabase database,
      FeedMode mode,
      Locking locking,
      InstantSource clock,
      LongSupplier nanoTime) {
    return start(
        settings,
        new StoreWriter(database),
        new DatabaseFeed(database, mode),
        locking,
        clock,
        nanoTime);
  }

  /** The same over anything that takes writes and tells of changes. */
  public static ControllerServer start(
      ControllerSettings settings,
      ConfigWriter writer,
      Feed feed,
      Locking locking,
      InstantSource clock,
      LongSupplier nanoTime) {
    return new ControllerServer(settings, writer, feed, locking, clock, nanoTime);
  }

  private static QueuedThreadPool threads() {
    var threads = new QueuedThreadPool(PLATFORM_THREADS);
    threads.setName("controller");
    threads.setReservedThreads(0);
    threads.setVirtualThreadsExecutor(
        Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("controller-request-", 0).factory()));
    return threads;
  }

  private ServerConnector connector() {
    var http = new HttpConfiguration();
    http.setSendServerVersion(false);
    http.setSendDateHeader(false);
    http.setUriCompliance(NAMES_IN_PATHS);
    var plain = new HttpConnectionFactory(http);
    var made =
        settings
            .tls()
            .map(
                files -> {
                  http.addCustomizer(new SecureRequestCustomizer(false));
                  var tls = new SslConnectionFactory(tls(files), plain.getProtocol());
                  return new ServerConnector(server, 1, 1, tls, plain);
                })
            .orElseGet(() -> new ServerConnector(server, 1, 1, plain));
    made.setHost(settings.address());
    made.setPort(settings.port());
    made.setIdleTimeout(settings.idleTimeout().toMillis());
    return made;
  }

  private static SslContextFactory.Server tls(TlsFiles files) {
    var tls = new SslContextFactory.Server();
    tls.setKeyStore(Pem.keyStore(files));
    tls.setKeyStorePassword(Pem.PASSWORD);
    tls.setIncludeProtocols("TLSv1.3", "TLSv1.2");
    return tls;
  }

  private ApiHandler handler(
      ConfigWriter writer, Locking locking, InstantSource clock, LongSupplier nanoTime) {
    var metrics = new ControllerMetrics();
    metrics.observe(catalog);
    metrics.observe(writer::counters, feed::counters);
    Duration patience = settings.patience();
    var reads = new Reads(catalog, patience);
    var writes = new Writes(catalog, patience);
    var routes = new ArrayList<Router.Route>();
    routes.addAll(new ListWatch(catalog, reads, settings.watch(), metrics, nanoTime).routes());
    routes.addAll(new Configuration(writer, reads, writes, clock).routes());
    routes.addAll(new Operations(writer, catalog, writes, reports, clock).routes());
    routes.addAll(new Rollout(reads, reports).routes());
    var locks = new LockApi(locking, metrics.locks(), nanoTime);
    routes.addAll(locks.routes());
    routes.addAll(new Health(settings, catalog, writer, metrics, fleetKeys, locks).routes());
    var gate = new Gate(settings.token(), settings.knownHosts());
    return new ApiHandler(gate, new Router(routes), metrics, nanoTime);
  }

  private void listen() {
    try {
      server.start();
    } catch (IOException failure) {
      close();
      throw new ControllerStartFailed(
          "the controller cannot bind to "
              + settings.address()
              + ":"
              + settings.port()
              + " ("
              + failure.getMessage()
              + "): stop what is there, or choose another port",
          failure);
    } catch (Exception failure) {
      close();
      throw new ControllerStartFailed("the controller cannot start: " + failure, failure);
    }
    settings.warnings().forEach(log::warn);
    log.info("the controller listens at {}", uri());
  }

  /** Where it is reached on this machine: {@code http://127.0.0.1:7070}. */
  public URI uri() {
    String scheme = settings.tls().isPresent() ? "https" : "http";
    String address = settings.address();
    String host = isAny(address) ? "127.0.0.1" : address;
    return URI.create(
        scheme
            + "://"
            + (host.contains(":") ? "[" + host + "]" : host)
            + ":"
            + connector.getLocalPort());
  }

  private static boolean isAny(String address) {
    return List.of("0.0.0.0", "::").contains(address);
  }

  /** Ends the feed and every watch, and stops listening. */
  @Override
  public void close() {
    fleetKeys.close();
    feed.close();
    catalog.end();
    stop();
  }

  private void stop() {
    reports.close();
    try {
      server.stop();
    } catch (Exception failure) {
      log.warn("the server did not stop cleanly", failure);
    }
  }
}
