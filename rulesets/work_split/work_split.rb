# What belongs to work goes to the company's own exits, what is private takes a long path, and videos
# a short one: chosen by domain.
PRIVATE = %w[mail.example bank.example health.example]

ruleset "work-split", version: "1.0.0" do
  network "commons" do
    open_to :anyone
  end

  network "company" do
    open_to :invited
  end

  tunnel "work", over: "company" do
    entry { socks port: 1080 }
    relay 1
    exit { allow { host.under? "corp.example" } }
  end

  tunnel "careful", over: "commons" do
    relay 3 do
      distinct :operator, :subnet, :country
      guard    keep: 90.days
    end
  end

  tunnel "quick", over: "commons" do
    relay 2 do
      only   { latency < 40.ms && bandwidth > 20.mbit }
      prefer { bandwidth }
    end
  end

  routes do
    to("work")    { host.under? "corp.example" }
    to("careful") { host.under? PRIVATE }
    to("quick")   { host.under?("video.example") || host =~ /^(cdn|img)[0-9]*\./ }
    to("careful") { otherwise }
  end
end
