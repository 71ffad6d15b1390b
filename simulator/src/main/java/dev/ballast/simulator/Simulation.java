package dev.ballast.simulator;

import dev.ballast.balancing.Balancer;
import dev.ballast.balancing.Extensions;
import dev.ballast.balancing.Member;
import dev.ballast.balancing.Placement;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A discrete-event simulation of one workload under one algorithm: time jumps from event to event, and the balancers are those that real LB servers
 * run.
 *
 * <p>A request comes to an LB server by chance, which picks a backend. There it is worked on at once, or waits in line. What is drawn at random
 * (arrivals, work, LB servers, keys) comes from a stream each, so that every algorithm gets the same requests, and a seed gives the same
 * results on every machine. Nothing is allocated for a request. One thread owns it.
 */
public final class Simulation {
  /** Of a hundred windows, those that the warm-up takes. */
  private static final int WARM_UP_PERCENT = 10;

  private static final int WINDOWS = 100;

  private static final int KIND_SHIFT = 28;
  private static final int INDEX_MASK = (1 << KIND_SHIFT) - 1;
  private static final int SERVED = 0;
  private static final int ANSWER = 1;
  private static final int INCIDENT_BEGINS = 2;
  private static final int INCIDENT_ENDS = 3;
  private static final int VERDICT = 4;

  /** What an LB server hears of a backend. */
  private record News(int lbServer, int backend, Verdict verdict) {}

  private final Workload workload;
  private final Algorithm algorithm;
  private final long requestLimit;
  private final long warmUp;

  private final Chance chanceOfWork;
  private final Chance chanceOfLbServer;
  private final Chance chanceOfKey;
  private final Chance chanceOfNews;
  private final ArrivalClock arrivals;

  private final EventHeap events = new EventHeap();
  private final Requests requests = new Requests();
  private final Backends backends;
  private final List<Member> members;
  private final @Nullable Placement placement;
  private final @Nullable Keys keys;
  private final LbView[] views;
  private final List<News> news = new ArrayList<>();
  private final Windows windows;
  private final Histogram times = new Histogram();
  private final long zoneDelayNanos;
  private final boolean hasZones;

  private long now;
  private long begun;
  private long ended;
  private long failed;
  private long otherZone;
  private int windowsOfWarmUp;
  private double waitedInWarmUp;
  private long warmUpNanos;
  private int mostWaiting;

  private Simulation(
      Workload workload, Algorithm algorithm, Extensions extensions, long seed, long requestLimit) {
    this.workload = workload;
    this.algorithm = algorithm;
    this.requestLimit = requestLimit;
    this.warmUp = requestLimit * WARM_UP_PERCENT / 100;
    this.arrivals = ArrivalClock.of(workload.arrivals(), new Chance(seed, 1));
    this.chanceOfWork = new Chance(seed, 2);
    this.chanceOfLbServer = new Chance(seed, 3);
    this.chanceOfKey = new Chance(seed, 4);
    this.chanceOfNews = new Chance(seed, 5);
    this.backends = new Backends(workload.groups(), algorithm instanceof Algorithm.LeastLoad);
    this.members = members(backends);
    boolean isByKey = algorithm.part().isPresent();
    this.keys = isByKey ? new Keys(workload.keys(), workload.zipf(), seed) : null;
    this.placement =
        algorithm instanceof Algorithm.Hash hash ? Placement.of(hash, members, seed) : null;
    this.views = new LbView[workload.lbServers().count()];
    var chanceOfViews = new Chance(seed, 6);
    for (int i = 0; i < views.length; i++) {
      views[i] =
          new LbView(
              algorithm,
              extensions,
              backends,
              members,
              placement,
              seed,
              workload.lbServers().zone(i),
              workload.lbServers().spillPercent(),
              chanceOfViews);
    }
    double expectedNanos = requestLimit / workload.arrivals().perSecond() * 1e9;
    this.windows = new Windows(backends, Math.max(1, Math.round(expectedNanos / WINDOWS)));
    this.zoneDelayNanos = workload.zoneDelay().toNanos();
    this.hasZones = !workload.lbServers().zones().isEmpty();
    for (int i = 0; i < workload.incidents().size(); i++) {
      events.add(workload.incidents().get(i).at().toNanos(), event(INCIDENT_BEGINS, i));
    }
  }

  /**
   * Runs the workload until all requests have ended.
   *
   * @param extensions where custom algorithms come from
   * @param requestCount how many, at least 1
   * @throws IllegalArgumentException if the algorithm is custom, and not there or refuses; or if lines grow beyond {@value Requests#MOST} requests
   */
  public static Result run(
      Workload workload, Algorithm algorithm, Extensions extensions, long seed, long requestCount) {
    var simulation = new Simulation(workload, algorithm, extensions, seed, requestCount);
    simulation.run();
    return simulation.result();
  }

  /** The backends as an LB server knows them; their names are in the order of their numbers. */
  private static List<Member> members(Backends backends) {
    var members = new ArrayList<Member>(backends.count);
    for (int i = 0; i < backends.count; i++) {
      members.add(new Member(String.format(Locale.ROOT, "b%06d", i), backends.weights[i]));
    }
    return members;
  }

  private static int event(int kind, int index) {
    return kind << KIND_SHIFT | index;
  }

  private void run() {
    long arrival = arrivals.next();
    while (ended < requestLimit) {
      if (begun < requestLimit && (events.isEmpty() || arrival <= events.firstNanos())) {
        now = arrival;
        while (now >= windows.endNanos()) {
          windows.close();
        }
        arrive();
        arrival = arrivals.next();
      } else {
        now = events.firstNanos();
        handle(events.removeFirst());
      }
    }
  }

  private void handle(int event) {
    int index = event & INDEX_MASK;
    switch (event >>> KIND_SHIFT) {
      case SERVED -> served(index);
      case ANSWER -> answered(index);
      case INCIDENT_BEGINS -> begin(index);
      case INCIDENT_ENDS -> end(workload.incidents().get(index));
      case VERDICT -> {
        News heard = news.get(index);
        views[heard.lbServer].hear(heard.backend, heard.verdict, now);
      }
      default -> throw new IllegalStateException("no such event: " + event);
    }
  }

  private void arrive() {
    if (begun == warmUp) {
      endWarmUp();
    }
    boolean isCounted = begun >= warmUp;
    long work = workload.service().draw(chanceOfWork, begun);
    begun++;
    int lbServer = views.length == 1 ? 0 : chanceOfLbServer.below(views.length);
    LbView view = views[lbServer];
    int backend = view.pick(keys == null ? 0 : keys.draw(chanceOfKey), now);
    if (backend == Balancer.NONE) {
      fail(isCounted);
      return;
    }
    view.began(backend);
    if (hasZones && isCounted && isFar(lbServer, backend)) {
      otherZone++;
    }
    if (backends.isDown[backend]) {
      view.failed(backend, 1, now);
      fail(isCounted);
      return;
    }
    int slot = requests.take();
    requests.beganNanos[slot] = now;
    requests.workNanos[slot] = work;
    requests.backends[slot] = backend;
    requests.lbServers[slot] = lbServer;
    requests.isCounted[slot] = isCounted;
    backends.advance(backend, now);
    if (backends.hasRoom(backend)) {
      serve(backend, slot);
    } else {
      requests.states[slot] = Requests.WAITING;
      backends.queue(backend, slot, requests);
    }
  }

  private boolean isFar(int lbServer, int backend) {
    return !workload.lbServers().zone(lbServer).equals(backends.zones[backend]);
  }

  private void serve(int backend, int slot) {
    backends.inService[backend]++;
    requests.states[slot] = Requests.IN_SERVICE;
    events.add(now + backends.serviceNanos(backend, requests.workNanos[slot]), slot);
  }

  private void served(int slot) {
    if (requests.states[slot] == Requests.LOST) {
      requests.free(slot);
      return;
    }
    int backend = requests.backends[slot];
    backends.advance(backend, now);
    backends.inService[backend]--;
    if (hasZones && zoneDelayNanos > 0 && isFar(requests.lbServers[slot], backend)) {
      requests.states[slot] = Requests.ANSWERED;
      events.add(now + zoneDelayNanos, event(ANSWER, slot));
    } else {
      answered(slot);
    }
    int next = backends.unqueue(backend, requests);
    if (next != Requests.NONE) {
      serve(backend, next);
    }
  }

  private void answered(int slot) {
    long latency = now - requests.beganNanos[slot];
    views[requests.lbServers[slot]].answered(requests.backends[slot], latency, now);
    if (requests.isCounted[slot]) {
      times.record(latency);
    }
    windows.answered(latency);
    ended++;
    requests.free(slot);
  }

  private void fail(boolean isCounted) {
    failed += isCounted ? 1 : 0;
    windows.failed();
    ended++;
  }

  private void begin(int index) {
    Workload.Incident incident = workload.incidents().get(index);
    events.add(now + incident.lasts().toNanos(), event(INCIDENT_ENDS, index));
    if (incident.isFailure()) {
      backends.isDown[incident.backend()] = true;
      loseAll(incident.backend());
      announce(incident.backend(), Verdict.UNHEALTHY);
    } else {
      backends.slowness[incident.backend()] = incident.slowness();
    }
  }

  private void end(Workload.Incident incident) {
    if (incident.isFailure()) {
      backends.isDown[incident.backend()] = false;
      announce(incident.backend(), Verdict.HEALTHY);
    } else {
      backends.slowness[incident.backend()] = 1;
    }
  }

  /** What the backend had fails; what it worked on leaves its slot when its event comes. */
  private void loseAll(int backend) {
    backends.advance(backend, now);
    for (int slot = 0; slot < requests.end(); slot++) {
      if (requests.states[slot] == Requests.IN_SERVICE && requests.backends[slot] == backend) {
        requests.states[slot] = Requests.LOST;
        backends.inService[backend]--;
        lose(slot);
      }
    }
    int waiting = backends.unqueue(backend, requests);
    while (waiting != Requests.NONE) {
      lose(waiting);
      requests.free(waiting);
      waiting = backends.unqueue(backend, requests);
    }
  }

  private void lose(int slot) {
    views[requests.lbServers[slot]].failed(
        requests.backends[slot], Math.max(1, now - requests.beganNanos[slot]), now);
    fail(requests.isCounted[slot]);
  }

  private void announce(int backend, Verdict verdict) {
    long detection = workload.lbServers().detection().toNanos();
    for (int i = 0; i < views.length; i++) {
      long delay = Math.round(detection * (0.5 + chanceOfNews.uniform()));
      news.add(new News(i, backend, verdict));
      events.add(now + delay, event(VERDICT, news.size() - 1));
    }
  }

  private void endWarmUp() {
    windowsOfWarmUp = windows.size();
    for (int i = 0; i < backends.count; i++) {
      backends.advance(i, now);
      waitedInWarmUp += backends.waitedNanos(i);
    }
    warmUpNanos = now;
    backends.takeMostWaiting();
    windows.forgetLengths();
  }

  private Result result() {
    double waited = -waitedInWarmUp;
    for (int i = 0; i < backends.count; i++) {
      backends.advance(i, now);
      waited += backends.waitedNanos(i);
    }
    mostWaiting = backends.takeMostWaiting();
    double counted = Math.max(1, requestLimit - warmUp);
    double mean = waited / Math.max(1, now - warmUpNanos) / backends.count;
    Result.Course course = windows.course();
    return new Result(
        algorithm,
        begun,
        ended,
        Result.Times.of(times),
        failed / counted,
        course.imbalanceFrom(windowsOfWarmUp),
        shares(),
        new Result.Queues(mean, mostWaiting, windows.withAtLeast()),
        keysMoved(),
        otherZone / counted,
        course);
  }

  private Result.Shares shares() {
    double most = 0;
    double sum = 0;
    for (int i = 0; i < backends.count; i++) {
      most = Math.max(most, backends.busyNanos(i));
      sum += backends.busyNanos(i);
    }
    return new Result.Shares(sum == 0 ? Double.NaN : most / (sum / backends.count));
  }

  private OptionalDouble keysMoved() {
    if (keys == null || placement == null || !(algorithm instanceof Algorithm.Hash hash)) {
      return OptionalDouble.empty();
    }
    int failing =
        workload.incidents().stream()
            .filter(Workload.Incident::isFailure)
            .mapToInt(Workload.Incident::backend)
            .findFirst()
            .orElse(0);
    return OptionalDouble.of(KeyMoves.onFailure(hash, placement, members, failing, keys));
  }
}
