package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ballast.configdb.EmbeddedPostgres;
import dev.ballast.model.Revision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A system of separate processes, as on many machines, on loopback addresses of its own: a PostgreSQL, controllers, LB
 * servers and backends. Everything that it started has ended when it is closed.
 */
final class Deployment implements AutoCloseable {
  static final String TOKEN = "a-token-for-tests-of-32-characters";

  private final Path directory;
  private final Path tokenFile;
  private final List<String> dataKey;
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final List<Controller> controllers = new ArrayList<>();
  private final List<LbProcess> lbs = new ArrayList<>();
  private EmbeddedPostgres database;

  /** A controller process and its API. */
  record Controller(Running process, Api api) {}

  /**
   * @param dataKey the option that names its file; empty if there is none
   */
  private Deployment(Path directory, List<String> dataKey) throws IOException {
    this.directory = directory;
    this.dataKey = List.copyOf(dataKey);
    this.tokenFile = Files.writeString(directory.resolve("token"), TOKEN);
    this.database = startPostgres();
  }

  /** With a database, and nothing else yet. */
  static Deployment create(String name) {
    try {
      return new Deployment(Installation.emptyDirectory(name), List.of());
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  /** With a controller and two LB servers, ready to be configured. */
  static Deployment ofTwo(String name) {
    return create(name).withTwo();
  }

  /** The same with a data key, so that it can keep private keys. */
  static Deployment ofTwoWithDataKey(String name) {
    try {
      Path directory = Installation.emptyDirectory(name);
      Path key = Secrets.file(directory.resolve("data-key"), Secrets.random(32));
      return new Deployment(directory, List.of("--data-key-file", key.toString())).withTwo();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private Deployment withTwo() {
    startController("controller");
    startLb("lb1");
    startLb("lb2");
    lbs.forEach(LbProcess::awaitConnected);
    return this;
  }

  Path directory() {
    return directory;
  }

  /** Where an LB server keeps its last good snapshot. */
  Path stateOf(String lbServer) {
    return directory.resolve(lbServer);
  }

  String databaseUrl() {
    return database.databaseUrl();
  }

  void stopPostgres() {
    database.close();
  }

  /** As when its machine loses power; it is started again and recovers by itself. */
  void crashPostgres() {
    Running.signal("KILL", database.pid());
  }

  /** Another one, which knows nothing yet. */
  void replacePostgres() {
    database.close();
    database = EmbeddedPostgres.start(directory.resolve("another-database"), _ -> {});
  }

  EmbeddedPostgres startPostgres() {
    database = EmbeddedPostgres.start(directory.resolve("database"), _ -> {});
    return database;
  }

  Controller startController(String name) {
    Controller controller = launchController(name, Addresses.next());
    controller.api().awaitReady();
    return controller;
  }

  /** Starts a controller and doesn't wait for it. */
  Controller launchController(String name, String address) {
    var arguments = new ArrayList<>(Roles.controller(database.databaseUrl(), address, tokenFile));
    arguments.addAll(dataKey);
    var process = started(name, arguments);
    var controller =
        new Controller(process, new Api(URI.create("http://" + address + ":7070"), TOKEN));
    controllers.removeIf(other -> other.api().server().equals(controller.api().server()));
    controllers.add(controller);
    return controller;
  }

  LbProcess startLb(String name) {
    return startLb(name, Addresses.next());
  }

  /**
   * @param more options
   */
  LbProcess startLb(String name, String address, String... more) {
    var options = new ArrayList<>(dataKey);
    options.addAll(List.of(more));
    return launchLb(name, address, options);
  }

  /** One that was given another data key than the rest of the system. */
  LbProcess startLbWithDataKey(String name, Path file) {
    return launchLb(name, Addresses.next(), List.of("--data-key-file", file.toString()));
  }

  private LbProcess launchLb(String name, String address, List<String> more) {
    return launchLb(name, address, controllerUrls(), more);
  }

  /**
   * @param urls where it finds controllers
   */
  LbProcess launchLb(String name, String address, String urls, List<String> more) {
    var arguments = new ArrayList<>(Roles.lb(name, address, urls, tokenFile, stateOf(name)));
    arguments.addAll(more);
    var process = started(name, arguments);
    var lb = new LbProcess(Place.HERE, name, address, process);
    lbs.removeIf(other -> other.name().equals(name));
    lbs.add(lb);
    return lb;
  }

  OrchestratorProcess startOrchestrator(String name) {
    return startOrchestrator(name, databaseUrl());
  }

  /**
   * @param url where it finds the database
   * @param more options
   */
  OrchestratorProcess startOrchestrator(String name, String url, String... more) {
    String address = Addresses.next();
    var arguments =
        new ArrayList<>(
            Roles.orchestrator(name, url, address, controllerUrls(), tokenFile, stateOf(name)));
    arguments.addAll(List.of(more));
    var process = started(name, arguments);
    return new OrchestratorProcess(name, address, process);
  }

  private String controllerUrls() {
    return String.join(
        ",", controllers.stream().map(each -> each.api().server().toString()).toList());
  }

  /** It is not waited for any more. */
  void forget(String name) {
    lbs.removeIf(lb -> lb.name().equals(name));
  }

  /** An HTTP and TCP echo server that calls itself by the name; answers with its host. */
  String startBackend(String name) {
    String host = Addresses.next();
    launchBackend(name, host);
    return host;
  }

  Running launchBackend(String name, String host, String... more) {
    return launchBackend(Place.HERE, name, host, more);
  }

  Running launchBackend(Place place, String name, String host, String... more) {
    var arguments = new ArrayList<>(Roles.backend(name, host, Web.BACKEND_HTTP, Web.BACKEND_TCP));
    arguments.addAll(List.of(more));
    var process = started(place, name, arguments);
    process.awaitOutput("serves on", Duration.ofSeconds(15));
    return process;
  }

  /** A gRPC server that others could have written: {@link GrpcBackend}. */
  Running launchGrpcBackend(Place place, String name, String host) {
    var process =
        Running.java(
            place, name, directory, GrpcBackend.class, List.of(host, Integer.toString(Web.GRPC)));
    parts.add(process);
    process.awaitOutput("serves on", Duration.ofSeconds(15));
    return process;
  }

  private Running started(String name, List<String> arguments) {
    return started(Place.HERE, name, arguments);
  }

  private Running started(Place place, String name, List<String> arguments) {
    var process = Running.ballast(place, name, directory, arguments);
    parts.add(process);
    return process;
  }

  Api api() {
    return controllers.getFirst().api();
  }

  List<Controller> controllers() {
    return List.copyOf(controllers);
  }

  /** Starts it again where it was. */
  Controller restartController(Controller controller) {
    var again = launchController("controller", controller.api().server().getHost());
    again.api().awaitReady();
    return again;
  }

  List<LbProcess> lbs() {
    return List.copyOf(lbs);
  }

  List<java.net.InetSocketAddress> at(int port) {
    return lbs.stream().map(lb -> lb.at(port)).toList();
  }

  /** Applies documents, and returns when every LB server has them in use. */
  Revision applied(String documents) {
    Revision revision = api().apply(documents).revision();
    lbs.forEach(lb -> lb.awaitInUse(revision));
    return revision;
  }

  /** Runs a client command against the first controller. */
  Finished ballast(String... arguments) {
    return Finished.ballast(
        Place.HERE,
        directory,
        Map.of("BALLAST_SERVER", api().server().toString(), "BALLAST_TOKEN", TOKEN),
        List.of(arguments));
  }

  @Override
  public void close() {
    try {
      for (AutoCloseable part : parts.reversed()) {
        part.close();
      }
      database.close();
      await("no process of " + directory + " is left")
          .atMost(Duration.ofSeconds(5))
          .untilAsserted(() -> assertThat(Survivors.of(directory)).isEmpty());
    } catch (RuntimeException failure) {
      throw failure;
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    } finally {
      Survivors.kill(directory);
    }
  }
}
