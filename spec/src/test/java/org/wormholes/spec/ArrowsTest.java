package org.wormholes.spec;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchPredicates.are;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Who may see whom, and what may be called where. The modules' poms say the same in the large;
/// this says it for packages, for what comes along with a dependency, and for the JDK.
final class ArrowsTest {
  private static final JavaClasses WORMHOLES =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("org.wormholes");

  private static final String RULES = "org.wormholes.rules..";
  private static final String PROTOCOL = "org.wormholes.protocol..";
  private static final String RUNTIME = "org.wormholes.runtime..";
  private static final String TRANSPORTS = "org.wormholes.transport..";
  private static final String DSL = "org.wormholes.dsl..";
  private static final String RULESETS = "org.wormholes.rulesets..";
  private static final String BIN = "org.wormholes.cli..";
  private static final String EMBED = "org.wormholes.embed..";

  /// A module, and those of ours that it may see.
  private record Arrow(String from, Set<String> to) {}

  private static final List<Arrow> ARROWS =
      List.of(
          new Arrow(RULES, Set.of()),
          new Arrow(PROTOCOL, Set.of()),
          new Arrow(RUNTIME, Set.of(RULES, PROTOCOL)),
          new Arrow(TRANSPORTS, Set.of(RUNTIME, RULES, PROTOCOL)),
          new Arrow(DSL, Set.of(RULES)),
          new Arrow(RULESETS, Set.of(DSL, RULES)),
          new Arrow(BIN, Set.of(TRANSPORTS, RULESETS, DSL, RUNTIME, RULES, PROTOCOL)),
          new Arrow(EMBED, Set.of(TRANSPORTS, DSL, RUNTIME, RULES, PROTOCOL)));

  private static final List<String> MODULES = ARROWS.stream().map(Arrow::from).toList();

  /// What is not ours, and the one place of ours that may see it.
  private record Library(String packages, String seenFrom) {}

  private static final List<Library> LIBRARIES =
      List.of(
          new Library("io.netty..", TRANSPORTS),
          new Library("org.jruby..", DSL),
          new Library("org.ruby_lang..", DSL),
          new Library("com.esotericsoftware..", "org.wormholes.rules.codec.."),
          new Library("org.bouncycastle.crypto..", "org.wormholes.protocol.crypto.."),
          new Library("org.bouncycastle.math..", "org.wormholes.protocol.crypto.."),
          new Library("org.bouncycastle.asn1..", "org.wormholes.transport.tls.."),
          new Library("org.bouncycastle.cert..", "org.wormholes.transport.tls.."),
          new Library("org.bouncycastle.operator..", "org.wormholes.transport.tls.."),
          new Library("org.xbill..", "org.wormholes.transport.names.."),
          new Library("org.conscrypt..", "org.wormholes.protocol.crypto.."),
          new Library("com.fasterxml.jackson..", RUNTIME),
          new Library("org.sqlite..", "org.wormholes.runtime.table.."),
          new Library("org.apache.commons.compress..", "org.wormholes.rulesets.gem.."),
          new Library("org.snakeyaml..", "org.wormholes.rulesets.gem.."),
          new Library("picocli..", BIN),
          new Library("com.google.zxing..", BIN),
          new Library("ch.qos.logback..", BIN));

  @Test
  void everyModuleIsLookedAt() {
    assertThat(MODULES).allMatch(module -> WORMHOLES.stream().anyMatch(resideInAPackage(module)));
  }

  @TestFactory
  Stream<DynamicTest> modulesSeeOnlyWhatTheirArrowsPointTo() {
    return ARROWS.stream().map(arrow -> holds(arrow.from(), onlyAlong(arrow)));
  }

  @TestFactory
  Stream<DynamicTest> eachLibraryIsSeenFromOnePlace() {
    return LIBRARIES.stream().map(library -> holds(library.packages(), onlyFromItsPlace(library)));
  }

  @Test
  void everyPackageBelongsToAModule() {
    assertThat(WORMHOLES)
        .allMatch(resideInAnyPackage(MODULES.toArray(String[]::new)), "is in a known module");
  }

  @Test
  void packagesFormNoCycles() {
    slices()
        .matching("org.wormholes.(**)")
        .should()
        .beFreeOfCycles()
        .because("what cannot be understood alone cannot be changed alone")
        .check(WORMHOLES);
  }

  @Test
  void everyPackageIsNullMarkedAndSaysWhatItIsFor() {
    List<String> unmarked =
        WORMHOLES.stream()
            .map(JavaClass::getPackage)
            .distinct()
            .filter(ArrowsTest::lacksNullMarked)
            .map(JavaPackage::getName)
            .toList();

    assertThat(unmarked).as("packages without @NullMarked in a package-info.java").isEmpty();
  }

  @Test
  void rulesAndProtocolDoNoIo() {
    noClasses()
        .that()
        .resideInAnyPackage(RULES, PROTOCOL)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "java.net..", "java.nio.channels..", "java.nio.file..", "javax.net..", "org.slf4j..")
        .because("a machine is driven, it does not drive")
        .check(WORMHOLES);
  }

  @Test
  void rulesAndProtocolReadNoClock() {
    noClasses()
        .that()
        .resideInAnyPackage(RULES, PROTOCOL)
        .should()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .dependOnClassesThat(are(assignableTo(Clock.class)))
        .because("time is handed in, so that a simulation can own it")
        .check(WORMHOLES);
  }

  @Test
  void rulesAndProtocolDrawNoRandomness() {
    noClasses()
        .that()
        .resideInAnyPackage(RULES, PROTOCOL)
        .and(are(not(assignableTo(SecureRandom.class))))
        // Seeds a hash table against chosen collisions; what it answers does not depend on the
        // seed.
        .and()
        .doNotHaveFullyQualifiedName("org.wormholes.rules.expr.DomainIndex")
        .should()
        .callConstructor(SecureRandom.class)
        .orShould()
        .callMethod(SecureRandom.class, "getInstanceStrong")
        .orShould()
        .callMethod(SecureRandom.class, "getInstance", String.class)
        .because("randomness is handed in, so that a test can repeat what it saw")
        .check(WORMHOLES);
  }

  @Test
  void rulesAndProtocolStartNoThreads() {
    noClasses()
        .that()
        .resideInAnyPackage(RULES, PROTOCOL)
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.Thread")
        .orShould()
        .dependOnClassesThat()
        .haveNameMatching(
            "java\\.util\\.concurrent\\..*(Executor|Executors|ExecutorService|Lock|Semaphore)")
        .because("a machine belongs to one thread at a time, and it is not the one to say which")
        .check(WORMHOLES);
  }

  @Test
  void nothingSleeps() {
    noClasses()
        .should()
        .callMethodWhere(targetIs("Thread.sleep", Thread.class, "sleep"))
        .because("waiting is a deadline given to the event loop")
        .check(WORMHOLES);
  }

  @Test
  void randomnessThatCanBeGuessedIsForSimulationsOnly() {
    noClasses()
        .should()
        .dependOnClassesThat(
            are(
                assignableTo(Random.class)
                    .and(not(assignableTo(SecureRandom.class)))
                    .or(assignableTo(SplittableRandom.class))
                    .or(assignableTo(ThreadLocalRandom.class))))
        .orShould()
        .callMethod(Math.class, "random")
        .because("what an observer can predict is no protection")
        .check(WORMHOLES);
  }

  @Test
  void namesAreLookedUpByTheResolverOnly() {
    noClasses()
        .that()
        .haveSimpleNameNotEndingWith("Resolver")
        .should()
        .callMethod(InetAddress.class, "getByName", String.class)
        .orShould()
        .callMethod(InetAddress.class, "getAllByName", String.class)
        .orShould()
        .callConstructor(InetSocketAddress.class, String.class, int.class)
        .because("a name that is looked up by accident tells the local network where one is going")
        .check(WORMHOLES);
  }

  @Test
  void javaSerializationIsNotUsed() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .haveNameMatching("java\\.io\\.(Object(In|Out)put(Stream)?|Externalizable)")
        .because("it runs what strangers send")
        .check(WORMHOLES);
  }

  @Test
  void processesAreStartedByLaunchersOnly() {
    noClasses()
        .that()
        .haveSimpleNameNotEndingWith("Launcher")
        .should()
        .dependOnClassesThat()
        .haveFullyQualifiedName("java.lang.ProcessBuilder")
        .orShould()
        .callMethodWhere(targetIs("Runtime.exec", Runtime.class, "exec"))
        .because("what we start must be easy to find")
        .check(WORMHOLES);
  }

  @Test
  void cryptoComparesInConstantTime() {
    noClasses()
        .that()
        .resideInAPackage("org.wormholes.protocol.crypto..")
        .should()
        .callMethod(Arrays.class, "equals", byte[].class, byte[].class)
        .because("MessageDigest.isEqual takes the same time whatever it finds")
        .check(WORMHOLES);
  }

  private static ArchRule onlyAlong(Arrow arrow) {
    String[] forbidden =
        MODULES.stream()
            .filter(module -> !module.equals(arrow.from()) && !arrow.to().contains(module))
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(arrow.from())
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(forbidden)
        .because("arrows between modules point one way");
  }

  private static ArchRule onlyFromItsPlace(Library library) {
    return noClasses()
        .that(are(not(resideInAPackage(library.seenFrom()))))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(library.packages())
        .because("a library that is seen from one place can be replaced in one place");
  }

  private static DynamicTest holds(String name, ArchRule rule) {
    return DynamicTest.dynamicTest(name, () -> rule.check(WORMHOLES));
  }

  private static boolean lacksNullMarked(JavaPackage ours) {
    return ours.tryGetPackageInfo()
        .filter(info -> info.isAnnotatedWith(NullMarked.class))
        .isEmpty();
  }

  /// A call by name, whatever its parameters.
  private static DescribedPredicate<JavaAccess<?>> targetIs(
      String text, Class<?> owner, String method) {
    return DescribedPredicate.describe(
        text,
        call ->
            call.getTargetOwner().isEquivalentTo(owner)
                && call.getTarget().getName().equals(method));
  }
}
