package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.detection.Watched;
import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The simulation finds what it is there to find: each rule, when it is broken, breaks a schedule. */
class OrchestratorMutantTest {
  private static final int SCHEDULES = 300;
  private static final Consumer<CodeBuilder> NOTHING = CodeBuilder::return_;

  private static void answersTrue(CodeBuilder code) {
    code.iconst_1().ireturn();
  }

  static Stream<Arguments> mutants() {
    return Stream.of(
        Arguments.of(
            "writers whose share is another's are not fenced",
            new Mutant(
                VirtualDatabase.class.getName(), "holds", OrchestratorMutantTest::answersTrue)),
        Arguments.of(
            "what stands in the database is not compared with what was seen",
            new Mutant(Desk.class.getName(), "reconcile", NOTHING)),
        Arguments.of(
            "the verdict on record is not taken over",
            new Mutant(
                Verdicts.class.getName(),
                "known",
                code -> {
                  ClassDesc known = ClassDesc.ofDescriptor(Watched.Known.class.descriptorString());
                  code.getstatic(known, "NOTHING", known).areturn();
                })),
        Arguments.of(
            "a snapshot from before a write is believed",
            new Mutant(Care.class.getName(), "isIn", OrchestratorMutantTest::answersTrue)),
        Arguments.of(
            "a share that is dropped is not forgotten",
            new Mutant(Desk.class.getName(), "dropped", NOTHING)),
        Arguments.of(
            "nobody notices that a write is done",
            new Mutant(Desk.class.getName(), "settled", NOTHING)),
        Arguments.of(
            "own pauses are not discounted",
            new Mutant("dev.ballast.detection.Watch", "discount", NOTHING)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutants")
  void shouldFindABrokenRule(String rule, Mutant mutant) throws ReflectiveOperationException {
    String found = "";
    for (long seed = 1; seed <= SCHEDULES && found.isEmpty(); seed++) {
      found = mutant.complaint(seed);
    }
    assertThat(found).as(rule).isNotEmpty();
  }
}
