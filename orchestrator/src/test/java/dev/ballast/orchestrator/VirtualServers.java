package dev.ballast.orchestrator;

import static dev.ballast.orchestrator.VirtualTime.MILLI;
import static dev.ballast.orchestrator.VirtualTime.SECOND;

import dev.ballast.detection.Outcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What is really the matter with the servers that are probed, and with the cables to them. Servers are known by {@code host:port}. */
final class VirtualServers {
  private static final double LOSS = 0.001;

  private final VirtualTime time;
  private final Map<String, Server> servers = new HashMap<>();
  private final Map<String, Path> paths = new HashMap<>();

  /** How a server is. */
  enum State {
    ALIVE,
    /** Late, but in time. */
    SLUGGISH,
    /** Its port is closed. */
    KILLED,
    /** It accepts nothing and says nothing. */
    FROZEN,
    /** It says that it is ill. */
    WRONG,
    /** Too late always. */
    SLOW;

    boolean isBad() {
      return this != ALIVE && this != SLUGGISH;
    }
  }

  /** One server. */
  static final class Server {
    private final long median;
    private State state = State.ALIVE;
    private long since;
    private long badSince;
    private long lastBad = -3_600 * SECOND;
    private int episodes;

    Server(long median) {
      this.median = median;
    }
  }

  /** The cable from one process to one server. */
  private static final class Path {
    long cutUntil;
    long lostAt = -3_600 * SECOND;
    int cuts;
  }

  /** What comes of a probe, and when. */
  record Answer(Outcome outcome, long delay) {}

  VirtualServers(VirtualTime time) {
    this.time = time;
  }

  Server server(String address) {
    return servers.computeIfAbsent(address, _ -> new Server(time.between(200_000, 50 * MILLI)));
  }

  private Path path(String from, String address) {
    return paths.computeIfAbsent(from + ">" + address, _ -> new Path());
  }

  void become(String address, State next) {
    Server server = server(address);
    if (server.state.isBad()) {
      server.lastBad = time.now();
    } else if (next.isBad()) {
      server.episodes++;
      server.badSince = time.now();
    }
    if (server.state != next) {
      time.note("%s is %s", address, next);
      server.state = next;
      server.since = time.now();
    }
  }

  void cut(String from, String address, long until) {
    Path path = path(from, address);
    path.cutUntil = Math.max(path.cutUntil, until);
    path.cuts++;
  }

  Answer ask(String from, String address, long timeout) {
    Server server = server(address);
    Path path = path(from, address);
    boolean isLost = isCut(from, address);
    if (time.chance(LOSS)) {
      path.lostAt = time.now();
      isLost = true;
    }
    long delay = delay(server);
    if (isLost || server.state == State.FROZEN || delay > timeout) {
      return new Answer(new Outcome.Failed(Outcome.Kind.SILENT, "timed out"), timeout);
    }
    return switch (server.state) {
      case KILLED ->
          new Answer(new Outcome.Failed(Outcome.Kind.REFUSED, "connection refused"), delay);
      case WRONG -> new Answer(new Outcome.Failed(Outcome.Kind.WRONG, "status 503"), delay);
      case ALIVE, SLUGGISH, SLOW, FROZEN -> new Answer(new Outcome.Good(delay), delay);
    };
  }

  private long delay(Server server) {
    return switch (server.state) {
      case SLUGGISH -> time.random.nextLong(200 * MILLI, 420 * MILLI);
      case SLOW -> time.random.nextLong(600 * MILLI, 3 * SECOND);
      case ALIVE, KILLED, FROZEN, WRONG ->
          (long) (server.median * Math.exp(0.3 * time.random.nextGaussian()));
    };
  }

  boolean isCut(String from, String address) {
    return time.now() < path(from, address).cutUntil;
  }

  State state(String address) {
    return server(address).state;
  }

  /** Since when it has been as it is. */
  long since(String address) {
    return server(address).since;
  }

  /** How often it has begun to be bad. */
  int episodes(String address) {
    return server(address).episodes;
  }

  /** How often the cables to it were cut, whoever they begin at. */
  int cuts(String address) {
    int cuts = 0;
    for (var entry : paths.entrySet()) {
      cuts += entry.getKey().endsWith(">" + address) ? entry.getValue().cuts : 0;
    }
    return cuts;
  }

  /** When it was last bad, whoever asks. */
  long lastBad(String address) {
    Server server = server(address);
    return server.state.isBad() ? time.now() : server.lastBad;
  }

  /** When the cable from a process to it was last cut, or might have been. */
  long lastCut(String from, String address) {
    return Math.min(time.now(), path(from, address).cutUntil);
  }

  /** When a single probe on this cable was last lost. */
  long lastLoss(String from, String address) {
    return path(from, address).lostAt;
  }

  /** An LB server that forwards to the backends, and notices who fails. */
  final class Forwarding {
    private final String name;
    private final Map<String, Long> ejectedUntil = new HashMap<>();

    Forwarding(String name) {
      this.name = name;
    }

    /** Ejects a backend, whatever it has done. */
    void eject(String id, long until) {
      ejectedUntil.merge(id, until, Math::max);
    }

    /** What it says of backends, which are at these addresses. */
    Observations sees(Map<String, String> addresses, List<String> asked) {
      Set<String> ejected = new HashSet<>();
      var good = new HashMap<String, Long>();
      addresses.forEach(
          (id, address) -> {
            boolean isFailing = fails(address);
            if (isFailing && time.now() - since(address) > 400 * MILLI) {
              eject(id, time.now() + time.random.nextLong(SECOND, 5 * SECOND));
            }
            if (ejectedUntil.getOrDefault(id, 0L) > time.now()) {
              ejected.add(id);
            }
            if (asked.contains(id)) {
              long ago =
                  isFailing
                      ? time.now() - server(address).badSince
                      : time.random.nextLong(
                          Math.clamp(time.now() - since(address), 1, 200 * MILLI));
              if (ago < 60 * SECOND && !isCut(name, address)) {
                good.put(id, ago);
              }
            }
          });
      return new Observations(ejected, good);
    }

    /** Who only fails health checks forwards well. */
    private boolean fails(String address) {
      return switch (state(address)) {
        case ALIVE, SLUGGISH, WRONG -> false;
        case KILLED, FROZEN, SLOW -> true;
      };
    }
  }
}
