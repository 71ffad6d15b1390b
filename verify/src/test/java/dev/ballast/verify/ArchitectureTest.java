package dev.ballast.verify;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.conditions.ArchConditions;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/** The rules of ARCHITECTURE.md about who may see whom, over the compiled classes of every module. */
class ArchitectureTest {
  private static final String ROOT = "dev.ballast";

  /**
   * What each module may depend on. A new module gets a row here, in the order in which data flows: a row names only rows
   * above it, except where the data comes in by an interface of that module.
   */
  private static final Map<String, Set<String>> MAY_SEE =
      Map.of(
          "model", Set.of(),
          "configdb", Set.of("model"),
          "locks", Set.of(),
          "controller", Set.of("model", "configdb", "locks"),
          "sync", Set.of("model"),
          "balancing", Set.of("model"),
          "proxy", Set.of("model", "sync", "balancing"),
          "detection", Set.of("model"),
          "simulator", Set.of("model", "balancing", "detection"),
          "cli",
              Set.of(
                  "model",
                  "configdb",
                  "locks",
                  "controller",
                  "sync",
                  "balancing",
                  "proxy",
                  "detection",
                  "simulator"));

  /** Classes at the very edge, where time or chance comes in from outside, each with its reason. */
  private static final Map<String, String> EDGES =
      Map.of(
          "dev.ballast.configdb.PostgresProcess", "waits for a real process to start and to end",
          "dev.ballast.configdb.Leftovers", "waits for real processes to end",
          "dev.ballast.configdb.PostgresCluster", "draws the database's password",
          "dev.ballast.configdb.Writer", "names each attempt uniquely",
          "dev.ballast.configdb.WalStream", "names its replication slot uniquely",
          "dev.ballast.configdb.ChangeFeed", "its public start takes the system's clock",
          "dev.ballast.proxy.ProxySettings", "draws keys of its own where it is given none");

  /** Modules whose types are the words that others speak in, so that most of them are public. */
  private static final Set<String> VOCABULARIES = Set.of("model", "balancing");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages(ROOT);

  @Test
  void shouldKnowEveryModule() {
    assertThat(CLASSES.stream().map(ArchitectureTest::module).collect(toSet()))
        .as("modules with classes, against the rows of MAY_SEE")
        .isEqualTo(MAY_SEE.keySet());
  }

  @Test
  void shouldLetModulesSeeOnlyWhatTheirRowAllows() {
    for (var row : MAY_SEE.entrySet()) {
      var allowed = row.getValue().stream().map(module -> ROOT + "." + module).collect(toSet());
      allowed.add(ROOT + "." + row.getKey());
      noClasses()
          .that()
          .resideInAPackage(ROOT + "." + row.getKey())
          .should()
          .dependOnClassesThat(
              resideInAPackage(ROOT + "..")
                  .and(not(resideInAnyPackage(allowed.toArray(String[]::new)))))
          .because(
              "data flows one way: model and balancing see nothing above them, the proxy never sees the controller or"
                  + " the database, and only cli wires all of it")
          .check(CLASSES);
    }
  }

  @Test
  void shouldHaveNoCyclesBetweenPackages() {
    slices()
        .matching(ROOT + ".(**)")
        .should()
        .beFreeOfCycles()
        .because("modules are read, built and replaced one after the other")
        .check(CLASSES);
  }

  @Test
  void shouldHaveOnePackagePerModule() {
    classes()
        .should(resideIn("a package directly below " + ROOT))
        .because("a module that wants a second package wants to be two modules")
        .check(CLASSES);
  }

  @Test
  void shouldKeepModelAndBalancingPure() {
    noClasses()
        .that()
        .resideInAnyPackage(ROOT + ".model", ROOT + ".balancing")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "java.net..",
                    "java.nio.file..",
                    "java.nio.channels..",
                    "java.sql..",
                    "javax..",
                    "java.util.concurrent..",
                    "io.netty..",
                    "org.slf4j..",
                    "org.eclipse..",
                    "picocli..")
                .and(not(resideInAPackage("javax.crypto..")))
                .and(not(named("java.net.InetAddress", "java.net.UnknownHostException")))
                .or(named("java.lang.Thread", "java.lang.Process", "java.lang.ProcessBuilder"))
                .or(named("java.io.File", "java.io.FileInputStream", "java.io.FileOutputStream")))
        .because(
            "they are functions of (state, event, now): no I/O, no threads, so that they run under a simulated clock"
                + " thousands of times faster than real time")
        .check(CLASSES);
  }

  @Test
  void shouldReachDatabasesOnlyFromConfigdbAndLocks() {
    noClasses()
        .that(not(resideInAnyPackage(ROOT + ".configdb", ROOT + ".locks")))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.sql..", "javax.sql..", "org.postgresql..", "com.zaxxer..", "org.flywaydb.."))
        .because(
            "LB servers, DNS and CLI have no database access, LSNs never leave configdb, and leases have a schema of"
                + " their own")
        .check(CLASSES);
  }

  @Test
  void shouldHaveNoForeignFunctionsYet() {
    noClasses()
        .should()
        .dependOnClassesThat(resideInAPackage("java.lang.foreign.."))
        .because("foreign functions belong only to packet and to a splice adapter of the proxy")
        .check(CLASSES);
  }

  @Test
  void shouldTakeClockRandomAndSleepOnlyFromOutside() {
    noClasses()
        .that(not(resideInAPackage(ROOT + ".cli")))
        .and(not(DescribedPredicate.describe("are edges", ArchitectureTest::isEdge)))
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe("reads time or chance", TimeAndChance::isReadBy))
        .because(
            "clock, random and sleep are injected (InstantSource, RandomGenerator, a scheduler): what is not, can't be"
                + " tested under a simulated clock; an edge that has to is listed in EDGES with its reason")
        .check(CLASSES);
  }

  @Test
  void shouldListOnlyEdgesThatNeedIt() {
    for (String edge : EDGES.keySet()) {
      assertThat(CLASSES.contain(edge)).as(edge + " exists").isTrue();
      assertThat(
              CLASSES.stream()
                  .filter(candidate -> candidate.getName().split("\\$", 2)[0].equals(edge))
                  .flatMap(candidate -> candidate.getAccessesFromSelf().stream())
                  .anyMatch(TimeAndChance::isReadBy))
          .as(edge + " reads time or chance")
          .isTrue();
    }
  }

  @Test
  void shouldStartAndStopProcessesOnlyInCli() {
    methods()
        .that()
        .haveName("main")
        .and()
        .areStatic()
        .should()
        .beDeclaredInClassesThat()
        .resideInAPackage(ROOT + ".cli")
        .allowEmptyShould(true)
        .because("main, wiring and the configuration of processes live in cli alone")
        .check(CLASSES);
    noClasses()
        .that(not(resideInAPackage(ROOT + ".cli")))
        .should()
        .accessTargetWhere(
            DescribedPredicate.describe("ends the JVM or prints", ArchitectureTest::isProcessWide))
        .because("a module neither ends the process it lives in nor owns its output")
        .check(CLASSES);
  }

  @Test
  void shouldMarkEveryPackageForNullAway() {
    for (String module : MAY_SEE.keySet()) {
      assertThat(CLASSES.getPackage(ROOT + "." + module).isAnnotatedWith(NullMarked.class))
          .as(module + "'s package-info.java is @NullMarked")
          .isTrue();
    }
  }

  @Test
  void shouldHideWhatOthersNeedNotSee() {
    var shares = new TreeMap<String, double[]>();
    CLASSES.stream().filter(JavaClass::isTopLevelClass).forEach(type -> count(shares, type));
    for (var share : shares.entrySet()) {
      double percent = 100 * share.getValue()[0] / share.getValue()[1];
      Figures.print("public_types_percent_" + share.getKey(), percent);
      if (!VOCABULARIES.contains(share.getKey())) {
        assertThat(percent)
            .as(
                "per cent of public types in "
                    + share.getKey()
                    + ": where all are, a boundary is only a label")
            .isLessThanOrEqualTo(50);
      }
    }
  }

  private static void count(Map<String, double[]> shares, JavaClass type) {
    if (!type.getSimpleName().equals("package-info")) {
      double[] count = shares.computeIfAbsent(module(type), _ -> new double[2]);
      count[0] += type.getModifiers().contains(JavaModifier.PUBLIC) ? 1 : 0;
      count[1]++;
    }
  }

  private static String module(JavaClass type) {
    return type.getPackageName().substring(ROOT.length() + 1).split("\\.", 2)[0];
  }

  private static boolean isEdge(JavaClass type) {
    return EDGES.containsKey(type.getName().split("\\$", 2)[0]);
  }

  private static boolean isProcessWide(JavaAccess<?> access) {
    var owner = access.getTargetOwner().getFullName();
    var name = access.getTarget().getName();
    return (owner.equals("java.lang.System") && Set.of("exit", "out", "err", "in").contains(name))
        || (owner.equals("java.lang.Runtime")
            && Set.of("exit", "halt", "addShutdownHook").contains(name));
  }

  private static DescribedPredicate<JavaClass> named(String... names) {
    var wanted = Set.of(names);
    return DescribedPredicate.describe(
        "one of " + wanted, type -> wanted.contains(type.getFullName()));
  }

  private static ArchCondition<JavaClass> resideIn(String description) {
    return ArchConditions.be(
        DescribedPredicate.describe(
            "in " + description, type -> type.getPackageName().matches("dev\\.ballast\\.[a-z]+")));
  }
}
