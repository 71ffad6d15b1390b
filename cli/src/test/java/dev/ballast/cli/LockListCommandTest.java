package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.locks.Claim;
import dev.ballast.locks.LeaseId;
import dev.ballast.locks.Mode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code lock list} and {@code lock break}. */
class LockListCommandTest {
  private static final LeaseId FIRST = new LeaseId("0123456789abcdef-0000000000000001");
  private static final LeaseId SECOND = new LeaseId("0123456789abcdef-0000000000000002");

  @TempDir Path directory;
  private final LockingController controller = new LockingController();

  @AfterEach
  void end() {
    controller.close();
  }

  private TestShell shell() {
    return new TestShell(directory)
        .with("BALLAST_LOCK_ENGINE", controller.url())
        .with("BALLAST_TOKEN", LockingController.TOKEN);
  }

  private void claim(LeaseId lease, String owner, String name, Mode mode) {
    controller.engine.openAndClaim(
        lease, owner, Duration.ofMinutes(1), List.of(new Claim(name, mode)), true);
  }

  @Test
  void shouldListHoldersAndWaitersInTheOrderOfTheirQueues() {
    claim(FIRST, "me", "jobs/b", Mode.exclusive());
    claim(SECOND, "you", "jobs/b", Mode.shared());
    claim(SECOND, "you", "jobs/a", Mode.permits(1, 3));
    claim(SECOND, "you", "other", Mode.shared());
    var shell = shell();
    assertThat(shell.run("lock", "list", "jobs/")).isZero();
    assertThat(shell.out().replaceAll("\\d+\\.\\ds", "T").replaceAll(" +", " ").lines())
        .containsExactly(
            "NAME STATE MODE TOKEN OWNER EXPIRES IN LEASE",
            "jobs/a held permits:1/3 1 you T " + SECOND,
            "jobs/b held exclusive 1 me T " + FIRST,
            "jobs/b waiting shared 2 you T " + SECOND);
  }

  @Test
  void shouldListForPrograms() {
    claim(FIRST, "me", "jobs", Mode.exclusive());
    var shell = shell();
    assertThat(shell.run("lock", "list", "-o", "json")).isZero();
    var one = Json.read(shell.out()).get(0);
    assertThat(one.path("owner").asString()).isEqualTo("me");
    assertThat(one.path("state").asString()).isEqualTo("held");
  }

  @Test
  void shouldBreakALockWhenThatIsConfirmed() {
    claim(FIRST, "me", "jobs", Mode.exclusive());
    var hesitant = shell().withInput("n\n");
    assertThat(hesitant.run("lock", "break", "jobs")).isEqualTo(1);
    assertThat(hesitant.err()).contains("Break it? [y/N]").contains("nothing was broken");
    assertThat(controller.engine.list("jobs")).hasSize(1);

    var sure = shell().withInput("y\n");
    assertThat(sure.run("lock", "break", "jobs")).isZero();
    assertThat(sure.out()).isEqualTo("broke 'jobs': ended lease " + FIRST + " of me (token 1)\n");
    assertThat(controller.engine.list("jobs")).isEmpty();

    var late = shell();
    assertThat(late.run("lock", "break", "jobs", "--yes")).isEqualTo(1);
    assertThat(late.err()).contains("nobody holds 'jobs'");
  }

  @Test
  void shouldNeverShowATokenThatStandsInAnAddress() {
    var shell = shell();
    assertThat(shell.run("lock", "list", "--engine", "https://:secret@a b"))
        .isEqualTo(ExitCode.USAGE.number());
    assertThat(shell.err()).contains("a controller's address is wrong").doesNotContain("secret");
  }

  @Test
  void shouldSayThatTheEngineDoesNotAnswer() {
    controller.close();
    var shell = shell();
    assertThat(shell.run("lock", "list")).isEqualTo(1);
    assertThat(shell.err()).contains("no answer from the controller at " + controller.url());
  }
}
