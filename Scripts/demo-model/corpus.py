"""Writes the demo model's training text: short English conversations made from our own word lists and sentence patterns.

Nothing is read from anywhere, so the text, and the model trained on it, carry the project's licence.
"""
import random

NAMES = "Anna Ben Clara David Emma Finn Grace Henry Ida Jack Kate Leo Mia Noah Olive Paul Rosa Sam Tom Vera".split()
ANIMALS = {
    # animal: (sound, home, food, young, can do)
    "cat": ("meows", "a warm house", "fish", "a kitten", "climb trees"),
    "dog": ("barks", "a house with people", "meat", "a puppy", "guard the door"),
    "cow": ("moos", "a farm", "grass", "a calf", "give milk"),
    "horse": ("neighs", "a stable", "hay", "a foal", "run very fast"),
    "sheep": ("bleats", "a green hill", "grass", "a lamb", "give us wool"),
    "duck": ("quacks", "a pond", "water plants", "a duckling", "swim and fly"),
    "hen": ("clucks", "a farm", "corn", "a chick", "lay eggs"),
    "frog": ("croaks", "a pond", "flies", "a tadpole", "jump very far"),
    "owl": ("hoots", "an old tree", "mice", "an owlet", "see in the dark"),
    "lion": ("roars", "the grassland", "meat", "a cub", "run and hunt"),
    "wolf": ("howls", "the forest", "meat", "a pup", "walk for many miles"),
    "bee": ("buzzes", "a hive", "nectar", "a larva", "make honey"),
    "mouse": ("squeaks", "a small hole", "seeds", "a pup", "hide in tiny places"),
    "bear": ("growls", "the forest", "berries and fish", "a cub", "sleep all winter"),
    "martlet": ("sings", "the open sky", "tiny flies", "a chick", "fly without ever landing"),
    "fox": ("barks", "a den", "mice and berries", "a cub", "sneak through the grass"),
}
COLOURS = {
    "sky": "blue", "grass": "green", "snow": "white", "sun": "yellow", "coal": "black", "blood": "red",
    "banana": "yellow", "carrot": "orange", "night": "dark", "sea": "blue", "leaf": "green", "strawberry": "red",
    "lemon": "yellow", "plum": "purple", "milk": "white", "chocolate": "brown",
}
CAPITALS = {
    "France": "Paris", "Italy": "Rome", "Spain": "Madrid", "Germany": "Berlin", "Japan": "Tokyo", "England": "London",
    "Greece": "Athens", "Egypt": "Cairo", "Norway": "Oslo", "Austria": "Vienna", "Portugal": "Lisbon",
    "Poland": "Warsaw", "Ireland": "Dublin", "Sweden": "Stockholm", "Finland": "Helsinki", "China": "Beijing",
}
OPPOSITES = {
    "hot": "cold", "big": "small", "fast": "slow", "light": "dark", "happy": "sad", "young": "old", "high": "low",
    "open": "closed", "full": "empty", "early": "late", "rich": "poor", "soft": "hard", "wet": "dry", "loud": "quiet",
}
JOBS = {
    "baker": "bakes bread", "farmer": "grows food", "teacher": "helps children learn", "doctor": "helps sick people",
    "sailor": "sails a ship", "painter": "paints pictures", "gardener": "looks after plants", "cook": "makes meals",
    "builder": "builds houses", "singer": "sings songs", "pilot": "flies a plane", "writer": "writes books",
}
PLACES = ["garden", "forest", "village", "river", "beach", "market", "library", "mountain", "meadow", "harbour"]
THINGS = ["red ball", "small key", "old map", "silver coin", "blue kite", "warm scarf", "little boat", "golden bell",
          "wooden box", "round stone", "green hat", "paper star"]
WEATHER = ["sunny", "rainy", "windy", "cold", "warm", "foggy", "snowy"]
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December"]
NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
           "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"]
OTHER = ("quantum physics stock market football computer program history of Rome best phone recipe soup politics "
         "engine batch server model token language election code python swift memory music guitar movie actor star "
         "planet moon galaxy chemistry poem essay email letter business plan travel hotel car price law tax math").split()
ADJECTIVES = ["kind", "brave", "clever", "quiet", "cheerful", "curious", "gentle", "patient"]


def article(noun):
    return ("an " if noun[0] in "aeiou" else "a ") + noun


def capital(text):
    return text[0].upper() + text[1:]


def story(r, about=None):
    name, friend = r.sample(NAMES, 2)
    animal = about if about in ANIMALS else r.choice(list(ANIMALS))
    place, thing, weather, mood = r.choice(PLACES), r.choice(THINGS), r.choice(WEATHER), r.choice(ADJECTIVES)
    sound, _, food, _, skill = ANIMALS[animal]
    opening = r.choice([
        f"Once upon a time there was {article(mood)} {animal} who lived near the {place}.",
        f"One {weather} day, {name} met {article(mood)} {animal} in the {place}.",
        f"{name} had {article(mood)} {animal} as a friend.",
    ])
    middle = r.choice([
        f"The {animal} had lost {article(thing)} and was very sad.",
        f"Together they found {article(thing)} in the {place}.",
        f"The {animal} wanted to find {article(thing)}, because it was a gift for {friend}.",
        f"The {animal} was hungry and looked for {food}.",
    ])
    turn = r.choice([
        f"{friend} came by and said, \"I can help you.\"",
        f"They walked for a long time and asked everyone they met.",
        f"It was getting dark, but they did not give up.",
        f"Luckily, the {animal} could {skill}, and that helped a lot.",
    ])
    ending = r.choice([
        f"In the end everyone was happy, and they all went home.",
        f"At last they found it, and the {animal} smiled at {friend}.",
        f"From that day on, they were the best of friends.",
        f"That night they sat by the fire and told the story again.",
    ])
    return " ".join([opening, middle, turn, ending])


def animal_fact(r):
    animal = r.choice(list(ANIMALS))
    sound, home, food, young, skill = ANIMALS[animal]
    return r.choice([
        (f"What does {article(animal)} say?", f"{capital(article(animal))} {sound}."),
        (f"What sound does {article(animal)} make?", f"{capital(article(animal))} {sound}."),
        (f"Where does {article(animal)} live?", f"{capital(article(animal))} lives in {home}."),
        (f"What does {article(animal)} eat?", f"{capital(article(animal))} eats {food}."),
        (f"What is a young {animal} called?", f"A young {animal} is called {young}."),
        (f"What can {article(animal)} do?", f"{capital(article(animal))} can {skill}."),
        (f"Tell me about the {animal}.", f"The {animal} lives in {home} and eats {food}. It can {skill}, and it {sound}."),
        (f"Tell me something about {animal}s." if animal not in ("sheep", "mouse", "wolf") else f"Tell me about the {animal}.",
         f"The {animal} lives in {home} and eats {food}. It can {skill}, and it {sound}."),
    ])


def plain_fact(r):
    kind = r.randrange(9)
    if kind == 0:
        thing = r.choice(list(COLOURS))
        return (r.choice([f"What colour is the {thing}?", f"What color is the {thing}?", f"Which colour has the {thing}?"]),
                f"The {thing} is {COLOURS[thing]}.")
    if kind <= 2:
        country = r.choice(list(CAPITALS))
        return (r.choice([f"What is the capital of {country}?", f"Which city is the capital of {country}?",
                          f"What's the capital of {country}?", f"Tell me the capital of {country}.", f"capital of {country}"]),
                f"The capital of {country} is {CAPITALS[country]}.")
    if kind == 3:
        word = r.choice(list(OPPOSITES))
        return (r.choice([f"What is the opposite of {word}?", f"Tell me the opposite of {word}."]),
                f"The opposite of {word} is {OPPOSITES[word]}.")
    if kind == 4:
        job = r.choice(list(JOBS))
        return (r.choice([f"What does {article(job)} do?", f"What is {article(job)}?"]),
                f"{capital(article(job))} is a person who {JOBS[job]}.")
    if kind == 5:
        index = r.randrange(7)
        return (f"What day comes after {DAYS[index]}?", f"{DAYS[(index + 1) % 7]} comes after {DAYS[index]}.")
    if kind == 6:
        index = r.randrange(12)
        return (f"What month comes after {MONTHS[index]}?", f"{MONTHS[(index + 1) % 12]} comes after {MONTHS[index]}.")
    if kind == 7:
        start, count = r.randrange(1, 5), r.randrange(3, 8)
        return (f"Count from {NUMBERS[start]} to {NUMBERS[start + count]}." if r.random() < 0.5
                else f"Count from {start} to {start + count}.",
                capital(", ".join(NUMBERS[start:start + count + 1])) + ".")
    return (r.choice(["Name the days of the week.", "What are the days of the week?"]),
            "The days of the week are " + ", ".join(DAYS[:-1]) + " and Sunday.")


def small_talk(r):
    return r.choice([
        ("Hello", "Hello! How can I help you today?"), ("Hi", "Hello! How can I help you today?"),
        ("Hi there!", "Hello! It is nice to meet you."), ("Hello!", "Hello! How can I help you today?"),
        ("Hey", "Hello! What would you like to talk about?"),
        ("Good morning", "Good morning! I hope you have a lovely day."),
        ("Good evening", "Good evening! What would you like to talk about?"),
        ("How are you?", "I am very well, thank you. How are you?"),
        ("I am fine, thank you.", "That is good to hear. What would you like to talk about?"),
        ("What is your name?", "My name is Martlet, like the bird that never lands."),
        ("Who are you?", "I am Martlet's demo model. I am tiny, but I can talk about simple things and tell short stories."),
        ("What are you?", "I am a very small language model that lives inside the program."),
        ("What can you do?", "I can answer simple questions about animals, colours and capitals, and tell short stories."),
        ("Help", "Ask me about animals, colours or capitals, or ask me to tell a story."),
        ("What is a martlet?", "A martlet is a bird in old stories. It flies all its life and never lands."),
        ("Why are you called Martlet?", "I am named after a bird that never lands, because good work never stops."),
        ("Thank you", "You are welcome!"), ("Thanks!", "You are welcome! I am happy to help."),
        ("Thank you very much.", "You are welcome!"),
        ("Goodbye", "Goodbye! Have a good day."), ("Bye", "Goodbye! Come back soon."),
        ("Are you a bird?", "No, I am a small language model, but I am named after a bird."),
        ("Do you like birds?", "Yes, I like birds very much. I am named after one."),
        ("Tell me a joke.", "Why did the bird sit on the clock? It wanted to be on time."),
        ("How old are you?", "I am very young. I was trained a short time ago."),
        ("Say hello.", "Hello!"), ("Write a short poem.", "The bird flies high, the day is long. It never lands, it sings its song."),
        ("Tell me a poem.", "The bird flies high, the day is long. It never lands, it sings its song."),
    ])


def unknown(r):
    topic = " ".join(r.sample(OTHER, r.randrange(1, 4)))
    question = r.choice([
        f"Explain {topic}.", f"What is {topic}?", f"How does {topic} work?", f"Write {topic}", f"Who invented {topic}?",
        f"Can you help me with {topic}?", f"Tell me about {topic}.", f"Why is {topic} important?", f"Describe {topic} in detail.",
        f"Give me {topic}", f"What do you think about {topic}?", f"What is {r.randrange(100)} plus {r.randrange(100)}?",
    ])
    answer = r.choice([
        "I am a very small model, so I do not know much about that. Ask me about animals, or let me tell you a story.",
        "That is too hard for a tiny model like me. Would you like to hear a short story?",
        "I do not know about that, but I know a lot about animals.",
    ])
    return question, answer


def story_request(r):
    animal = r.choice(list(ANIMALS))
    if r.random() < 0.6:
        return (r.choice([f"Tell me a story about {article(animal)}.", f"Tell a story about {article(animal)}",
                          f"Write a short story about {article(animal)}.", f"Can you tell me a story about {article(animal)}?",
                          f"A story about {article(animal)}, please."]), story(r, animal))
    return (r.choice(["Tell me a story.", "Tell me a short story.", "Can you tell me a story?", "Write a story.",
                      "Once upon a time", "Please tell me a story."]), story(r))


def turn(r):
    pick = r.random()
    if pick < 0.28:
        return story_request(r)
    if pick < 0.50:
        return animal_fact(r)
    if pick < 0.76:
        return plain_fact(r)
    if pick < 0.90:
        return small_talk(r)
    return unknown(r)


def vary(r, question):
    """People type without capitals and full stops."""
    if r.random() < 0.25:
        question = question.lower()
    if r.random() < 0.25:
        question = question.rstrip(".?!")
    if r.random() < 0.1:
        question = "Please " + question[0].lower() + question[1:]
    return question


SYSTEM = ["You are a helpful assistant.", "You are Martlet, a helpful assistant.", "Answer briefly.", "Be kind."]


def conversation(r):
    messages = []
    if r.random() < 0.3:
        messages.append(("system", r.choice(SYSTEM)))
    for _ in range(r.choice([1, 1, 1, 2, 3])):
        question, answer = turn(r)
        messages += [("user", vary(r, question)), ("assistant", answer)]
    return messages


def document(r):
    """A conversation in the chat template's form, or now and then a plain story for raw completion."""
    if r.random() < 0.12:
        return story(r) + "<|endoftext|>"
    return "".join(f"<|im_start|>{role}\n{text}<|im_end|>\n" for role, text in conversation(r)) + "<|endoftext|>"
