# Each program has a path of its own, so that nobody sees from outside that they run on one machine.
# A program that is not named, or can't be made out, gets nowhere.
BROWSERS = %w[firefox firefox-esr chromium]
CHATS    = %w[dino signal-desktop element-desktop]

ruleset "per-app", version: "1.0.0" do
  network "commons" do
    open_to :anyone
  end

  tunnel "browser", over: "commons" do
    entry { socks port: 1080 }
    relay 3 do
      distinct :operator, :subnet
    end
    exit { allow { port.in? [80, 443] } }
  end

  tunnel "chat", over: "commons" do
    relay 3 do
      distinct :operator, :subnet
      guard    keep: 60.days, count: 1
    end
  end

  tunnel "updates", over: "commons" do
    relay 2
    exit { allow { host.under?("debian.org") && port.in?([80, 443]) } }
  end

  routes do
    to("browser") { process.in? BROWSERS }
    to("chat")    { process.in? CHATS }
    to("updates") { local_user == "_apt" && process_path.start_with?("/usr/lib/apt/") }
    refuse        { otherwise }
  end
end
