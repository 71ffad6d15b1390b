package dev.ballast.configdb;

import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Pool;
import dev.ballast.model.Resource;
import java.util.List;
import java.util.Locale;

/** The tables of who names whom, many to many: their foreign keys keep what is in use. */
enum Reference {
  LOAD_BALANCER_POOL(Table.LOAD_BALANCER),
  LOAD_BALANCER_CERTIFICATE(Table.LOAD_BALANCER),
  POOL_CERTIFICATE(Table.POOL);

  private final Table from;

  Reference(Table from) {
    this.from = from;
  }

  /** Whose references these are; the column has its name. */
  Table from() {
    return from;
  }

  String qualifiedName() {
    return "ballast." + name().toLowerCase(Locale.ROOT);
  }

  /** The names that the resource refers to. */
  List<String> of(Resource referrer) {
    return switch (this) {
      case LOAD_BALANCER_POOL -> ((LoadBalancer) referrer).poolsReached();
      case LOAD_BALANCER_CERTIFICATE -> ((LoadBalancer) referrer).certificatesReached();
      case POOL_CERTIFICATE -> ((Pool) referrer).certificatesReached();
    };
  }
}
