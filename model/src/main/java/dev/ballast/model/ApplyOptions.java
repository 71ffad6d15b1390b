package dev.ballast.model;

/**
 * How documents are to be applied.
 *
 * @param dryRun answer what would change, and change nothing
 * @param prune delete the load balancers, pools and fleets that the documents do not name
 * @param allowMassRemoval remove even what the guard against mass removal would refuse
 */
public record ApplyOptions(boolean dryRun, boolean prune, boolean allowMassRemoval) {
  public static final ApplyOptions NONE = new ApplyOptions(false, false, false);
}
