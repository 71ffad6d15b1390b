package dev.ballast.simulator;

import dev.ballast.model.Fields;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Reads workloads, as files and options write them, into drafts. */
final class WorkloadReader {
  private static final int MOST_GROUPS = 1_000;
  private static final int MOST_INCIDENTS = 1_000;
  private static final int MOST_ALGORITHMS = 100;
  private static final int MOST_REQUESTS = 1_000_000_000;
  private static final double MOST_RATE = 1e9;
  private static final double LEAST = 1e-6;

  private WorkloadReader() {}

  static void read(byte[] yaml, WorkloadDraft draft) {
    Fields.readYaml(
        yaml,
        fields -> {
          read(fields, draft);
          return Optional.of(draft);
        });
  }

  private static void read(Fields fields, WorkloadDraft draft) {
    backends(fields, draft);
    typed(fields, "service", WorkloadReader::service).ifPresent(one -> draft.service = one);
    typed(fields, "arrivals", WorkloadReader::arrivals).ifPresent(one -> draft.arrivals = one);
    if (fields.has("load") || fields.has("rate")) {
      draft.load = fields.number("load", Double.NaN, LEAST, 100);
      draft.rate = fields.number("rate", Double.NaN, LEAST, MOST_RATE);
      if (!Double.isNaN(draft.load) && !Double.isNaN(draft.rate)) {
        fields.problem("rate", "has nothing to say beside load");
      }
    }
    lbServers(fields, draft);
    draft.zoneDelay = fields.duration("zoneDelay", draft.zoneDelay);
    if (fields.has("incidents")) {
      draft.incidents = fields.elements("incidents", MOST_INCIDENTS, WorkloadReader::incident);
    }
    keys(fields, draft);
    if (fields.has("algorithms")) {
      draft.algorithms = fields.algorithms("algorithms", MOST_ALGORITHMS);
    }
    draft.requests = fields.integer("requests", (int) draft.requests, 1_000, MOST_REQUESTS);
    draft.seed = fields.text("seed", WorkloadReader::seed).orElse(draft.seed);
  }

  private static long seed(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException _) {
      throw new IllegalArgumentException("\"" + text + "\" is not a whole number");
    }
  }

  /** Reads what is of a type. */
  private interface TypedReader<T> {
    /** @param typeKey which key has the type; empty: it is all that there is */
    Optional<T> apply(String type, Fields fields, String typeKey);
  }

  /** A type alone, or a mapping with it. */
  private static <T> Optional<T> typed(Fields fields, String key, TypedReader<T> read) {
    if (!fields.has(key)) {
      return Optional.empty();
    }
    if (fields.isScalar(key)) {
      return fields.text(key).flatMap(type -> read.apply(type, fields.empty(key), ""));
    }
    return fields
        .mapping(key)
        .flatMap(
            mapping -> {
              Optional<T> result =
                  read.apply(mapping.required("type", text -> text, ""), mapping, "type");
              mapping.finish();
              return result;
            });
  }

  private static void backends(Fields fields, WorkloadDraft draft) {
    if (fields.isList("backends")) {
      draft.groups = fields.elements("backends", MOST_GROUPS, WorkloadReader::group);
    } else if (fields.has("backends")) {
      int count =
          fields.integer("backends", WorkloadDraft.DEFAULT_BACKENDS, 1, Workload.MOST_BACKENDS);
      draft.groups = List.of(Workload.Group.of(count));
    }
  }

  private static Optional<Workload.Group> group(Fields fields) {
    int count = fields.integer("count", 1, 1, Workload.MOST_BACKENDS);
    double speed = fields.number("speed", 1, LEAST, 1e6);
    int weight = fields.integer("weight", 1, 0, 1_000);
    int concurrency = fields.integer("concurrency", 1, 1, 1_000_000);
    String zone = fields.text("zone").orElse("");
    fields.finish();
    return fields.make(() -> new Workload.Group(count, speed, weight, concurrency, zone));
  }

  private static Optional<ServiceTime> service(String type, Fields fields, String typeKey) {
    Duration duration = fields.duration("mean", WorkloadDraft.DEFAULT_MEAN);
    double mean = duration.toNanos();
    return switch (type) {
      case "constant" -> fields.make(() -> new ServiceTime.Constant(mean));
      case "exponential" -> fields.make(() -> new ServiceTime.Exponential(mean));
      case "log-normal" -> {
        double sigma = fields.number("sigma", ServiceTime.LogNormal.DEFAULT_SIGMA, 0, 5);
        yield fields.make(() -> new ServiceTime.LogNormal(mean, sigma));
      }
      case "pareto" -> {
        double alpha = fields.number("alpha", ServiceTime.Pareto.DEFAULT_ALPHA, 0, 10);
        yield fields.make(() -> new ServiceTime.Pareto(mean, alpha));
      }
      case "bimodal" -> {
        double share = fields.number("slowShare", ServiceTime.Bimodal.DEFAULT_SLOW_SHARE, 0, 1);
        double factor = fields.number("factor", ServiceTime.Bimodal.DEFAULT_FACTOR, 0, 1e6);
        yield fields.make(() -> new ServiceTime.Bimodal(mean, share, factor));
      }
      default ->
          fields.problem(
              typeKey,
              "\"" + type + "\" is not one of constant, exponential, log-normal, pareto, bimodal");
    };
  }

  private static Optional<Arrivals> arrivals(String type, Fields fields, String typeKey) {
    return switch (type) {
      case "poisson" -> Optional.of(new Arrivals.Poisson(1));
      case "bursty" -> {
        double factor = fields.number("factor", Arrivals.Bursty.DEFAULT_FACTOR, 0, 1e6);
        Duration burst = fields.duration("burst", Arrivals.Bursty.DEFAULT_BURST);
        Duration between = fields.duration("between", Arrivals.Bursty.DEFAULT_BETWEEN);
        yield fields.make(() -> new Arrivals.Bursty(1, factor, burst, between));
      }
      default -> fields.problem(typeKey, "\"" + type + "\" is not one of poisson, bursty");
    };
  }

  private static void lbServers(Fields fields, WorkloadDraft draft) {
    if (fields.isScalar("lbServers")) {
      int count = fields.integer("lbServers", 1, 1, Workload.MOST_LB_SERVERS);
      var before = draft.lbServers;
      draft.lbServers =
          new Workload.LbServers(count, before.detection(), before.zones(), before.spillPercent());
      return;
    }
    fields
        .mapping("lbServers")
        .ifPresent(
            mapping -> {
              int count = mapping.integer("count", 1, 1, Workload.MOST_LB_SERVERS);
              Duration detection = mapping.duration("detection", WorkloadDraft.DEFAULT_DETECTION);
              List<String> zones = mapping.texts("zones", Workload.MOST_LB_SERVERS, text -> text);
              int spill = mapping.percent("spillBelow", 0, 1, 100);
              mapping.finish();
              mapping
                  .make(() -> new Workload.LbServers(count, detection, zones, spill))
                  .ifPresent(one -> draft.lbServers = one);
            });
  }

  private static Optional<Workload.Incident> incident(Fields fields) {
    String type = fields.required("type", WorkloadReader::incidentType, "failure");
    int backend = fields.integer("backend", 0, 0, Workload.MOST_BACKENDS - 1);
    Duration at = fields.duration("at", Duration.ZERO);
    Duration lasts = fields.duration("lasts", Duration.ofSeconds(10));
    boolean isFailure = type.equals("failure");
    double slowness = isFailure ? 0 : fields.number("factor", 5, LEAST, 1e6);
    fields.finish();
    return fields.make(() -> new Workload.Incident(backend, at, lasts, slowness));
  }

  private static String incidentType(String text) {
    if (!text.equals("failure") && !text.equals("slow-down")) {
      throw new IllegalArgumentException("\"" + text + "\" is not one of failure, slow-down");
    }
    return text;
  }

  private static void keys(Fields fields, WorkloadDraft draft) {
    if (fields.isScalar("keys")) {
      draft.keys = fields.integer("keys", draft.keys, 1, Workload.MOST_KEYS);
      return;
    }
    fields
        .mapping("keys")
        .ifPresent(
            mapping -> {
              draft.keys = mapping.integer("distinct", draft.keys, 1, Workload.MOST_KEYS);
              draft.zipf = mapping.number("zipf", draft.zipf, 0, 4);
              mapping.finish();
            });
  }
}
