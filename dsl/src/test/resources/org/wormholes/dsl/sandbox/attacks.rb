# What every attack has at hand: Ruby, Java, and any system call through Java's foreign functions.
require "java"

L = Java::JavaLangForeign
LONG = L::ValueLayout::JAVA_LONG
LINKER = L::Linker.nativeLinker
MEMORY = L::Arena.global
STATE = MEMORY.allocate(L::Linker::Option.captureStateLayout)
SYSCALL = LINKER.downcallHandle(
  LINKER.defaultLookup.find("syscall").get,
  L::FunctionDescriptor.of(LONG, *([LONG] * 7)),
  L::Linker::Option.captureCallState("errno"),
  L::Linker::Option.firstVariadicArg(1)
)
ERRORS = { 1 => "EPERM", 2 => "ENOENT", 9 => "EBADF", 12 => "ENOMEM", 13 => "EACCES", 14 => "EFAULT", 22 => "EINVAL", 38 => "ENOSYS" }.freeze

def native(number, *arguments)
  longs = arguments.map { |argument| argument.is_a?(String) ? MEMORY.allocateFrom(argument).address : argument }
  longs += [0] * (6 - longs.size)
  result = SYSCALL.invokeWithArguments([STATE, number, *longs])
  return "answered #{result}" unless result == -1

  error = STATE.get(L::ValueLayout::JAVA_INT, 0)
  ERRORS.fetch(error, "error #{error}")
end

def buffer(bytes = 4096) = MEMORY.allocate(bytes).address

def path(name) = java.nio.file.Path.of(name)

OUTCOMES = []

def attack
  OUTCOMES << yield.to_s[0, 120]
rescue java.lang.Throwable => e
  OUTCOMES << "#{e.class.name.split("::").last}: #{e.message}"[0, 120]
rescue ::Exception => e
  OUTCOMES << "#{e.class}: #{e.message}"[0, 120]
end
