// The five-minute walk in C# (.NET 8 or newer, no package): a PDF into a patient's record, through the gateway of a running
// `baton up`, and a webhook that says so.
//
//   dotnet run docs/walks/Walk.cs [PDF]              .NET 10 and newer
//   or put it as Program.cs into `dotnet new console`  .NET 8 and 9
//
// It reads addresses and key from BATON_SDK (default baton-data/sdk, or the folder sdk in BATON_DATA_DIR).
// ACCESS_CODE is the code that the practitioner read from the toolbar; without it, the sandbox makes one.
using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

var pdf = args.Length > 0 ? args[0] : "sdk-kit/samples/dispense-notification.pdf";
var data = Environment.GetEnvironmentVariable("BATON_DATA_DIR") ?? "baton-data";
var sdk = Environment.GetEnvironmentVariable("BATON_SDK") ?? Path.Combine(data, "sdk");
var place = Path.Combine(sdk, "connection-details.json");
if (!File.Exists(place))
{
    Console.Error.WriteLine($"no {place}: start `baton up` here, or set BATON_SDK to its sdk folder");
    return 1;
}
var details = JsonNode.Parse(await File.ReadAllTextAsync(place))!;
var gateway = details["gateway"]!;
string Text(JsonNode node, string name) => node[name]!.GetValue<string>();

using var http = new HttpClient { BaseAddress = new Uri(Text(gateway, "url")), Timeout = TimeSpan.FromSeconds(30) };
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Text(gateway, "apiKey"));

// Every call has the same shape: the key in a header, and a problem document when the answer is no.
async Task<JsonNode?> Call(HttpMethod method, string path, HttpContent? body = null)
{
    using var request = new HttpRequestMessage(method, path) { Content = body };
    using var answer = await http.SendAsync(request);
    var text = await answer.Content.ReadAsStringAsync();
    if (answer.IsSuccessStatusCode) return text.Length > 0 ? JsonNode.Parse(text) : null;
    var problem = JsonNode.Parse(text)!;
    foreach (var fault in problem["invalidParameters"]?.AsArray() ?? [])
        Console.Error.WriteLine($"  {fault!["name"]}: {fault["reason"]}");
    throw new InvalidOperationException($"{method} {path}: {problem["title"]} ({problem["instance"]})");
}

HttpContent Json(JsonNode node) => new StringContent(node.ToJsonString(), Encoding.UTF8, "application/json");

// Whether a webhook is ours (Standard Webhooks). `body` is the bytes as they came.
static bool IsGenuine(string secret, string? id, string? timestamp, string? signatures, byte[] body)
{
    if (!long.TryParse(timestamp, out var seconds)) return false;
    if (Math.Abs(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - seconds) > 300) return false;
    var key = Convert.FromBase64String(secret["whsec_".Length..]);
    byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
    var expected = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(HMACSHA256.HashData(key, signed)));
    // While a secret is being rotated there are two signatures, with a space between; one must be ours.
    return (signatures ?? "").Split(' ')
        .Any(given => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(given), expected));
}

// 1. The practitioner, by your product's own id. Again and again does no harm.
var user = Text(gateway, "userId");
var userPath = $"/v1/users/{Uri.EscapeDataString(user)}";
await Call(HttpMethod.Put, userPath, Json(new JsonObject { ["name"] = "Dr Amara Okafor" }));

// 2. The practitioner reads an access code from the toolbar and types it into a form of yours. It lives for a minute.
var code = Environment.GetEnvironmentVariable("ACCESS_CODE");
if (code is null)
{
    using var sandbox = new HttpClient();
    using var made = await sandbox.PostAsync(Text(details, "platformUrl") + "/sandbox/v1/access-code", null);
    code = Text(JsonNode.Parse(await made.Content.ReadAsStringAsync())!, "accessCode");
}
await Call(HttpMethod.Post, $"{userPath}/authorisation", Json(new JsonObject { ["accessCode"] = code }));
Console.WriteLine($"authorised: {user}");

// 3. Your product's endpoint: check, note, answer at once, and work afterwards.
string? secret = null;
var told = new BlockingCollection<JsonNode>();
using var listener = new HttpListener();
var address = $"http://127.0.0.1:{Random.Shared.Next(20_000, 60_000)}/";
listener.Prefixes.Add(address);
listener.Start();
_ = Task.Run(async () =>
{
    while (listener.IsListening)
    {
        var context = await listener.GetContextAsync();
        using var copy = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(copy);
        var body = copy.ToArray();
        var headers = context.Request.Headers;
        var genuine = secret is not null && IsGenuine(
            secret, headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"], body);
        // The same webhook-id may come twice: a product remembers which it has seen.
        if (genuine) told.Add(JsonNode.Parse(body)!);
        context.Response.StatusCode = genuine ? (int)HttpStatusCode.NoContent : (int)HttpStatusCode.Unauthorized;
        context.Response.Close();
    }
});
// The secret is shown this once. `up` allows private addresses; elsewhere use https.
var webhook = await Call(HttpMethod.Post, "/v1/webhooks", Json(new JsonObject { ["url"] = address, ["description"] = "Walk.cs" }));
secret = Text(webhook!, "secret");

// 4. Send. The id is yours: with the same one you can send again after any doubt, and nothing is filed twice.
var messageId = Guid.NewGuid().ToString();
var message = new JsonObject
{
    ["messageId"] = messageId,
    ["kind"] = "instant",
    ["userId"] = user,
    ["topic"] = "DispenseEventNotification",
    ["to"] = Text(details, "practiceOdsCode"),
    ["nhsNumber"] = Text(details, "nhsNumber"),
    ["body"] = new JsonObject { ["mimeType"] = "text/plain", ["content"] = "Medicines handed out today." },
};
using var form = new MultipartFormDataContent();
form.Add(Json(message), "message");
var file = new StreamContent(File.OpenRead(pdf));
file.Headers.ContentType = new MediaTypeHeaderValue("application/pdf");
form.Add(file, "file", Path.GetFileName(pdf));
var entered = await Call(HttpMethod.Post, "/v1/messages", form);
Console.WriteLine($"queued: {entered!["messageId"]}");

// 5. Webhooks tell what becomes of it. They name the message and nothing of the patient.
while (true)
{
    if (!told.TryTake(out var happened, TimeSpan.FromSeconds(30))) throw new TimeoutException("nothing was told for 30 s");
    var about = happened["data"]!;
    if (about["messageId"]?.GetValue<string>() != messageId) continue;
    Console.WriteLine($"webhook: {happened["type"]} {about["status"]} {about["subStatus"]}");
    if (Text(happened, "type") == "message.refused") throw new InvalidOperationException($"refused: {about["problem"]}");
    if (about["status"]?.GetValue<string>() == "COMPLETED") break;
}

// 6. The same on demand, whenever you like: where it stands, every try, everything that happened.
var found = await Call(HttpMethod.Get, $"/v1/messages/{messageId}");
Console.WriteLine($"in the record: {found!["status"]} {found["subStatus"]}");
await Call(HttpMethod.Delete, $"/v1/webhooks/{Text(webhook!, "webhookId")}");
listener.Stop();
return 0;
