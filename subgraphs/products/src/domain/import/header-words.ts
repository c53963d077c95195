/**
 * What spreadsheets call the columns, besides our own names: English, German, French, Spanish, Italian, Dutch, Polish,
 * Portuguese, Swedish, Danish, Norwegian and Czech. A word that shops use for two columns, such as the German "Artikel",
 * is not listed, so it is refused.
 */
export const HEADER_WORDS = {
  sku: `item number,item no,article number,product code,artikelnummer,artikelnr,artikel-nr.,art.-nr.,art. nr,artnr,bestellnummer,
    référence,réf,référence produit,code article,code produit,referencia,código,código de producto,código de artículo,
    codice,codice articolo,codice prodotto,codice sku,artikelcode,productcode,numer katalogowy,kod produktu,indeks,
    código do produto,referência,varenummer,varenr,produktnummer,artikkelnummer,číslo zboží,kód zboží,kód produktu`,
  name: `title,product,product name,item name,produktname,artikelname,bezeichnung,artikelbezeichnung,produktbezeichnung,titel,nom,
    nom du produit,titre,libellé,désignation,nombre,nombre del producto,título,nome,nome prodotto,nome del prodotto,titolo,
    naam,productnaam,nazwa,nazwa produktu,nome do produto,namn,produktnamn,navn,produktnavn,varenavn,název,název produktu`,
  description: `product description,beschreibung,produktbeschreibung,artikelbeschreibung,langtext,description du produit,descriptif,
    descripción,descripción del producto,descrizione,descrizione prodotto,omschrijving,beschrijving,productomschrijving,opis,
    opis produktu,descrição,beskrivning,beskrivelse,popis,popis produktu`,
  category: `product category,kategorie,warengruppe,produktkategorie,catégorie,rayon,categoría,categoria,categorie,kategoria,kategori`,
  price: `unit price,sales price,retail price,preis,verkaufspreis,vk,vk-preis,einzelpreis,stückpreis,bruttopreis,prix,prix unitaire,
    prix de vente,prix ttc,precio,precio unitario,precio de venta,pvp,prezzo,prezzo unitario,prezzo di vendita,prijs,
    verkoopprijs,stukprijs,cena,cena sprzedaży,cena brutto,preço,preço unitário,pris,försäljningspris,salgspris,prodejní cena`,
  currency: `währung,devise,monnaie,moneda,divisa,valuta,waluta,moeda,měna`,
  stock: `quantity,qty,in stock,stock level,inventory,available,lager,bestand,lagerbestand,menge,anzahl,stückzahl,verfügbar,quantité,
    stock disponible,en stock,existencias,cantidad,inventario,giacenza,quantità,disponibilità,magazzino,voorraad,aantal,
    stan,stan magazynowy,ilość,zapas,estoque,quantidade,lagersaldo,antal,lagerbeholdning,beholdning,antall,sklad,skladem,
    množství,počet kusů`,
  imageUrl: `image,picture,picture url,photo,bild,bild-url,bildadresse,produktbild,image du produit,url de l'image,imagen,url de la imagen,
    immagine,url immagine,afbeelding,afbeelding url,foto,zdjęcie,url zdjęcia,obraz,imagem,billede,bilde,obrázek`,
  attributes: `properties,eigenschaften,merkmale,attribute,attributs,caractéristiques,atributos,características,attributi,
    caratteristiche,kenmerken,eigenschappen,attributen,atrybuty,cechy,egenskaper,egenskaber,vlastnosti`,
  variantGroup: `parent sku,group,variantengruppe,gruppe,groupe de variantes,groupe,grupo de variantes,grupo,gruppo di varianti,gruppo,
    variantgroep,groep,grupa wariantów,grupa,variantgrupp,variantgruppe,skupina variant`,
  variantOptions: `options,optionen,variantenoptionen,options de variante,opciones,opciones de variante,opzioni,opzioni variante,opties,
    variantopties,opcje,opcje wariantu,opções,alternativ`,
  setStock: `new stock,neuer bestand,nouveau stock,nuevo stock,nuova giacenza,nieuwe voorraad,nowy stan`,
  restore: `wiederherstellen,reaktivieren,restaurer,rétablir,réactiver,restaurar,reactivar,ripristina,riattiva,herstellen,heractiveren,
    przywróć,återställ,gendan,gjenopprett,obnovit`,
} as const;

/** A header without what people vary in it: case, accents, spaces and signs. */
export const foldHeader = (header: string): string =>
  header
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('ł', 'l')
    .replaceAll('ø', 'o')
    .replaceAll('ß', 'ss')
    .replace(/[\p{M}\p{Z}\s._'’`´/:*#-]+/gu, '');
