package dev.ballast.verify;

/** try-out */
final class LockFaults {
  public static void main(String... a) {
    var engine = LockEngineCase.valueOf(a[0]);
    var campaign = new FaultCampaign(engine, a[1].equals("cables"));
    var dir = Installation.emptyDirectory("faults-" + a[0] + a[1]);
    campaign.run(dir, Long.parseLong(a[2]), Integer.parseInt(a[3]), v -> {
      System.out.println((v.isGood() ? "ok  " : "BAD ") + v.schedule() + " grants " + v.grants() + " refused " + v.refusedWrites() + " recovery " + v.recovery().toMillis() + " plain " + v.violationsWithoutFence().size());
      v.violations().forEach(x -> System.out.println("   " + x.substring(0, Math.min(600, x.length()))));
    });
    System.exit(0);
  }
}
