package dev.ballast.verify;

import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import java.util.Map;
import java.util.Set;

/** The members of the JDK by which a class takes time or chance from its surroundings instead of being given it. */
final class TimeAndChance {
  private static final Map<String, Set<String>> MEMBERS =
      Map.of(
          "java.lang.System", Set.of("nanoTime", "currentTimeMillis"),
          "java.lang.Thread", Set.of("sleep"),
          "java.util.concurrent.TimeUnit", Set.of("sleep"),
          "java.lang.Math", Set.of("random"),
          "java.time.Clock", Set.of("systemUTC", "systemDefaultZone", "system"),
          "java.time.InstantSource", Set.of("system"),
          "java.util.concurrent.ThreadLocalRandom", Set.of("current"),
          "java.util.UUID", Set.of("randomUUID"),
          "java.util.Random", Set.of("<init>"),
          "java.security.SecureRandom", Set.of("<init>"));

  private static final Set<String> HAVE_NOW =
      Set.of("java.time.Instant", "java.time.LocalDateTime", "java.time.ZonedDateTime");

  private TimeAndChance() {}

  static boolean isReadBy(JavaAccess<?> access) {
    var target = access.getTarget();
    var owner = target.getOwner().getFullName();
    return MEMBERS.getOrDefault(owner, Set.of()).contains(target.getName())
        || (HAVE_NOW.contains(owner) && isNowOfNothing(target));
  }

  private static boolean isNowOfNothing(AccessTarget target) {
    return target instanceof AccessTarget.CodeUnitAccessTarget unit
        && unit.getName().equals("now")
        && unit.getRawParameterTypes().isEmpty();
  }
}
